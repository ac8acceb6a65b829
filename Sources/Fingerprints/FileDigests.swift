import Crypto

/// The MD5 and SHA-256 of a file, computed side by side from its bytes as they arrive.
///
/// MD5 is here only because published lists carry it; it proves nothing about who made a file.
///
/// Sources: RFC 1321; FIPS 180-4.
public struct FileDigests: Sendable {
    private var md5 = Insecure.MD5()
    private var sha256 = SHA256()

    public init() {}

    /// Adds the next bytes of the file. The cost is linear; nothing of `bytes` is kept.
    public mutating func update(_ bytes: UnsafeRawBufferPointer) {
        md5.update(bufferPointer: bytes)
        sha256.update(bufferPointer: bytes)
    }

    /// Answers the digests of everything added so far: 16 bytes of MD5 and 32 of SHA-256.
    public consuming func finalize() -> (md5: [UInt8], sha256: [UInt8]) {
        (Array(md5.finalize()), Array(sha256.finalize()))
    }
}
