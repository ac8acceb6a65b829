public import Fingerprints

/// A fingerprint of a bank entry, as it is looked up.
public struct Signal: Hashable, Sendable {
    /// Its number in the installation, never used again.
    public var number: Int64
    public var entry: ID<BankEntry>
    public var bank: ID<Bank>
    public var platform: ID<Platform>
    public var fingerprint: Fingerprint
    /// The version of the algorithm that made it.
    public var version: Int

    public init(
        number: Int64, entry: ID<BankEntry>, bank: ID<Bank>, platform: ID<Platform>, fingerprint: Fingerprint,
        version: Int
    ) {
        self.number = number
        self.entry = entry
        self.bank = bank
        self.platform = platform
        self.fingerprint = fingerprint
        self.version = version
    }
}
