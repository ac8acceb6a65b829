import Synchronization
import Testing

@testable import firebreak

@Suite struct InOrderTests {
    @Test("results come in the order of the items, however long each takes", arguments: [1, 2, 3, 16])
    func order(width: Int) async throws {
        let running = Mutex((now: 0, most: 0))
        var seen: [Int] = []
        try await InOrder.run(0..<100, width: width) { item in
            running.withLock { state in
                state.now += 1
                state.most = max(state.most, state.now)
            }
            for _ in 0..<(item * 7919 % 13) { await Task.yield() }
            running.withLock { $0.now -= 1 }
            return item * item
        } emit: { item, value in
            #expect(value == item * item)
            seen.append(item)
        }
        #expect(seen == Array(0..<100))
        #expect(running.withLock { $0.most } <= width)
    }

    @Test("nothing at all is no work")
    func empty() async throws {
        try await InOrder.run([Int](), width: 4) {
            $0
        } emit: { _, _ in
            Issue.record("there was no item")
        }
    }

    @Test("an error of the receiver ends the rest")
    func error() async {
        await #expect(throws: CommandFailure.self) {
            try await InOrder.run(0..<1000, width: 2) {
                $0
            } emit: { item, _ in
                if item == 3 { throw CommandFailure.failed("enough") }
            }
        }
    }
}
