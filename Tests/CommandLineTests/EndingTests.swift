import ArgumentParser
import Client
import MediaWorker
import Testing

@testable import firebreak

@Suite struct EndingTests {
    struct Row: CustomTestStringConvertible, Sendable {
        var testDescription: String
        var error: any Error
        var code: Int32
        var text: String
    }

    static let rows: [Row] = [
        Row(
            testDescription: "bad input", error: CommandFailure.badInput("x is no list."), code: 2,
            text: "firebreak: x is no list."),
        Row(
            testDescription: "failed", error: CommandFailure.failed("disk full"), code: 3, text: "firebreak: disk full"),
        Row(testDescription: "matched", error: Ending.matched, code: 1, text: ""),
        Row(
            testDescription: "file", error: ClientError.file(path: "a.jpg", reason: "cannot be read."), code: 2,
            text: "firebreak: a.jpg: cannot be read."),
        Row(
            testDescription: "no server", error: ClientError.unreachable(url: "http://h", reason: "refused"), code: 3,
            text: "firebreak: No answer from http://h: refused. Is the server running?"),
        Row(
            testDescription: "unknown bank",
            error: ClientError.problem(
                ClientError.Problem(status: 404, code: "not_found", detail: "There is no bank x.")),
            code: 2, text: "firebreak: There is no bank x. (not_found)"),
        Row(
            testDescription: "server error",
            error: ClientError.problem(ClientError.Problem(status: 500, code: "internal_error", detail: "Oh.")),
            code: 3,
            text: "firebreak: Oh. (internal_error)"),
        Row(
            testDescription: "worker", error: AnalysisFailure.timedOut(seconds: 600), code: 3,
            text: "firebreak: \(AnalysisFailure.timedOut(seconds: 600).message) (media_timed_out)"),
        Row(
            testDescription: "cancelled", error: CancellationError(), code: 3,
            text: "firebreak: stopped before the end."),
    ]

    @Test("every kind of error has its exit code and one line", arguments: rows)
    func endings(row: Row) {
        let ending = Ending(row.error)
        #expect(ending.code == row.code)
        #expect(ending.complaint == row.text)
        #expect(!ending.complaint.contains("\n"))
    }
}
