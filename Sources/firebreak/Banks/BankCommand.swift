import ArgumentParser

/// Everything about banks; each subcommand has a file of its own or stands with its kin.
struct BankCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bank", abstract: "Keep banks of known things.",
        discussion: """
            A bank is a curated set of known things with one purpose: enforce declines an
            upload, review holds it for a person, watch notes it, benign explains it away,
            test records it. It goes draft → live → paused → live, by way of shadow if you
            like, where matches are recorded without effect. Banks are named by name or by
            id.

            EXAMPLES
              firebreak bank create leaflets --purpose enforce
              firebreak bank add leaflets leaflet.png march.mp4
              firebreak bank approve leaflets --all --key fbk_…
              firebreak bank promote leaflets
            """,
        subcommands: [
            BankList.self, BankCreate.self, BankShow.self, BankChangeSettings.self, BankPromote.self, BankPause.self,
            BankAdd.self, BankApprove.self, BankSuspend.self, BankResume.self, BankRemove.self, BankImport.self,
            BankExport.self,
        ])
}

/// The options that every bank command has.
struct BankOptions: ParsableArguments {
    @OptionGroup var server: ServerOptions
    @Flag(help: "One JSON document.") var json = false
}
