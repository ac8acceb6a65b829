import Dispatch
import Storage
import Foundation

let path = "/work/wt/storage/.build/figures-\(ProcessInfo.processInfo.processIdentifier).db"
let url = CommandLine.arguments.dropFirst(1).first
func open() throws -> any Database { try SQLiteDatabase(path: path) }
let db = try open()
try await Migrator().run(db, now: 0)
let clock = ContinuousClock()
func measure(_ name: String, tasks: Int, each: Int, _ op: @escaping @Sendable (Int) async throws -> Void) async throws {
    let t = try await clock.measure {
        try await withThrowingTaskGroup(of: Void.self) { g in
            for k in 0..<tasks { g.addTask { for i in 0..<each { try await op(k * each + i) } } }
            try await g.waitForAll()
        }
    }
    let s = Double(t.components.seconds) + Double(t.components.attoseconds) / 1e18
    let n = Double(tasks * each)
    print("\(name): \(tasks) tasks, \(Int(n / s))/s, \(s / n * 1e6 * Double(tasks)) µs each")
}
let base = Int(Date().timeIntervalSince1970)
for round in 0..<2 {
    for (tasks, each) in [(1, 2000), (64, 1000)] {
        try await measure("insert \(round)", tasks: tasks, each: each) { i in
            try await db.write { c in _ = try c.execute("INSERT INTO setting (key, value) VALUES (?, ?)", [.text("k\(base)-\(round)-\(tasks)-\(i)"), .text("v")]) }
        }
    }
}
try await measure("insert+audit", tasks: 64, each: 1000) { i in
    try await db.write { c in
        _ = try c.execute("INSERT INTO setting (key, value) VALUES (?, ?)", [.text("a\(base)-\(i)"), .text("v")])
        try c.append(AuditRecord(id: "evt_\(base)_\(i)", platform: "p", at: 1, actor: "x", kind: "a.b", subject: "s\(i % 100)", payload: "{}"))
    }
}
for tasks in [1, 16] {
    try await measure("read", tasks: tasks, each: 20000 / tasks) { i in
        _ = try await db.read { c in try c.query("SELECT value FROM setting WHERE key = ?", [.text("a\(base)-\(i)")]) }
    }
}
await db.close()
try? FileManager.default.removeItem(atPath: path)
