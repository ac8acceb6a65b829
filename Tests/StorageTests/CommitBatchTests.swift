import Foundation
import Testing

@testable import Storage

/// An engine that fails where it is told to.
private final class ScriptedSession: EngineSession {
    private let failing: (TransactionStep, String) -> EngineFailure?
    private let log: Gathered<String>

    init(_ log: Gathered<String>, failing: @escaping (TransactionStep, String) -> EngineFailure?) {
        self.log = log
        self.failing = failing
    }

    var engine: DatabaseEngine { .postgres }
    private(set) var isInTransaction = false

    func execute(_ sql: String, _ arguments: [SQLValue]) throws(EngineFailure) -> Int {
        log.add(sql)
        if sql.hasPrefix("lose") {
            isInTransaction = false
            throw EngineFailure(postgresLost: "test")
        }
        return 1
    }

    func query(_ sql: String, _ arguments: [SQLValue]) throws(EngineFailure) -> [SQLRow] { [] }

    func take(_ step: TransactionStep) throws(EngineFailure) {
        log.add("\(step)")
        if let failure = failing(step, log.values.joined(separator: " ")) { throw failure }
        switch step {
        case .begin, .beginReading: isInTransaction = true
        case .commit, .rollback: isInTransaction = false
        case .savepoint, .nextSavepoint, .undoSavepoint: break
        }
    }
}

@Suite("A commit that goes wrong")
struct CommitBatchTests {
    private static let unknown = StoreError.unavailable("lost in commit")

    /// Runs three bodies of one batch, and answers what each caller got.
    private func outcomes(
        _ log: Gathered<String>, statements: [String] = ["one", "two", "three"],
        failing: @escaping @Sendable (TransactionStep, String) -> EngineFailure?
    ) async -> [String] {
        let gate = Gate()
        let (started, start) = AsyncStream<Void>.makeStream()
        let committer = GroupCommitter(label: "test") { body throws(StoreError) in
            body(ScriptedSession(log, failing: failing))
        }
        async let first: Void? = try? committer.write { _ in
            start.finish()
            gate.wait()
        }
        for await _ in started {}
        let answers = Gathered<(Int, String)>()
        let submitted = statements.enumerated().map { number, sql in
            let (taken, take) = AsyncStream<Void>.makeStream()
            let task = Task {
                do {
                    async let write: Int = committer.write { connection in try connection.execute(sql) }
                    take.finish()
                    _ = try await write
                    answers.add((number, "kept"))
                } catch {
                    answers.add((number, "\(error)"))
                }
            }
            return (task, taken)
        }
        for (_, taken) in submitted { for await _ in taken {} }
        gate.open()
        _ = await first
        for (task, _) in submitted { await task.value }
        await committer.close()
        return answers.values.sorted { $0.0 < $1.0 }.map(\.1)
    }

    @Test("Where the fate of a commit is unknown, every caller hears so and no body runs again")
    func unknownFate() async {
        let log = Gathered<String>()
        let answers = await outcomes(log) { step, log in
            guard case .commit = step, log.contains("one") || log.contains("two") || log.contains("three") else {
                return nil
            }
            return EngineFailure(error: Self.unknown)
        }
        #expect(answers == Array(repeating: "\(Self.unknown)", count: 3))
        for statement in ["one", "two", "three"] {
            #expect(log.values.filter { $0 == statement }.count == 1)
        }
    }

    @Test("A batch that one body brings down is run again one by one")
    func lostBatch() async {
        let log = Gathered<String>()
        let answers = await outcomes(log, statements: ["one", "lose", "three"]) { _, _ in nil }
        #expect(answers[0] == "kept")
        #expect(answers[1].contains("unavailable"))
        #expect(answers[2] == "kept")
        #expect(log.values.filter { $0 == "lose" }.count <= 1 + GroupCommitter.attemptsAlone)
    }

    @Test("A transaction that cannot begin for a passing reason is begun again")
    func begin() async {
        let log = Gathered<String>()
        let answers = await outcomes(log) { step, log in
            guard case .begin = step, log.components(separatedBy: "begin").count - 1 == 2 else { return nil }
            return EngineFailure(postgresLost: "test")
        }
        #expect(answers == ["kept", "kept", "kept"])
    }
}
