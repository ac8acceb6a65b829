import ArgumentParser
import Client

struct BankCreate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "create", abstract: "Make a bank, as a draft that matches nothing yet.",
        discussion: """
            A bank with the purpose enforce or benign needs a second key to approve each
            entry, unless you say --approval single.

            EXAMPLE
              firebreak bank create leaflets --purpose enforce --harm tvec.branded
            """)

    enum Purpose: String, ExpressibleByArgument, CaseIterable {
        case enforce, review, watch, benign, test
    }

    enum Approval: String, ExpressibleByArgument, CaseIterable {
        case single, second
    }

    @Argument(help: "1 to 64 letters, digits, - and _.") var name: String
    @Option(help: "What a match does.") var purpose: Purpose
    @Option(help: "How many people an entry needs: the proposer, or a second one too.") var approval: Approval?
    @Option(help: ArgumentHelp("The harm it is about: tvec.branded.", valueName: "code")) var harm: String?
    @Option(help: ArgumentHelp("The share of submissions on which matches take effect.", valueName: "0…1"))
    var rollout: Double?
    @OptionGroup(title: "Thresholds") var thresholds: ThresholdOptions
    @OptionGroup var options: BankOptions

    func run() async throws {
        let new = NewBank(
            name: name, purpose: purpose.rawValue, harm: harm, thresholds: thresholds.document, rolloutRatio: rollout,
            approval: approval?.rawValue)
        let bank = try await options.server.call { try await $0.createBank(new) }
        let terminal = Terminal.current
        if options.json { return terminal.print(try JSONLine.text(bank)) }
        terminal.print(
            "Made bank \(bank.name) (\(bank.id)), a draft; firebreak bank promote \(bank.name) puts it to work.")
    }
}

struct BankChangeSettings: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "change", abstract: "Change how near is near enough, or on how many submissions a bank acts.",
        discussion: """
            What is not named stays as it is.

            EXAMPLE
              firebreak bank change leaflets --pdq-distance 24 --rollout 0.1
            """)

    @Argument(help: "The bank's name or id.") var bank: String
    @Option(help: ArgumentHelp("The share of submissions on which matches take effect.", valueName: "0…1"))
    var rollout: Double?
    @OptionGroup(title: "Thresholds") var thresholds: ThresholdOptions
    @OptionGroup var options: BankOptions

    func validate() throws {
        guard rollout != nil || thresholds.document != nil else {
            throw ValidationError("Name what is to change: --rollout or a threshold.")
        }
    }

    func run() async throws {
        let change = BankChange(thresholds: thresholds.document, rolloutRatio: rollout)
        let reference = bank
        let bank = try await options.server.call { client in
            try await client.changeBank(try await client.bank(reference).id, change)
        }
        let terminal = Terminal.current
        terminal.print(options.json ? try JSONLine.text(bank) : BankText.facts(bank, terminal))
    }
}

/// How near is near enough.
struct ThresholdOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Bits, 0 to 64, by which pictures may differ.", valueName: "bits"))
    var pdqDistance: Int?
    @Option(help: ArgumentHelp("Least quality of both pictures.", valueName: "0…100")) var pdqQuality: Int?
    @Option(help: ArgumentHelp("Aligned seconds that make a video match.", valueName: "s")) var videoSeconds: Double?
    @Option(help: ArgumentHelp("Or this share of the shorter video.", valueName: "0…1")) var videoShare: Double?
    @Option(help: ArgumentHelp("Largest share of differing bits of sound.", valueName: "0…0.35"))
    var audioErrorRate: Double?
    @Option(help: ArgumentHelp("Aligned seconds that make a sound match.", valueName: "s")) var audioSeconds: Double?

    /// What was given, or `nil` where nothing was.
    var document: Thresholds? {
        var thresholds = Thresholds()
        thresholds.pdqDistance = pdqDistance
        thresholds.pdqQuality = pdqQuality
        thresholds.videoSeconds = videoSeconds
        thresholds.videoShare = videoShare
        thresholds.audioErrorRate = audioErrorRate
        thresholds.audioSeconds = audioSeconds
        return thresholds == Thresholds() ? nil : thresholds
    }
}
