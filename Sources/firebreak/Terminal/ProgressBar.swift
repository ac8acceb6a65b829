import Foundation
import Synchronization

/// A line on standard error that says how far the work is: shown on a screen only, and only when the work takes over a second.
final class ProgressBar: Sendable {
    private struct State {
        var done: Int64 = 0
        var isFinished = false
        var lastDrawn: ContinuousClock.Instant?
        var isDrawn = false
    }

    private let terminal: Terminal
    private let title: String
    private let total: Int64?
    private let unit: ProgressLine.Unit
    private let start = ContinuousClock.now
    private let state = Mutex(State())

    init(_ title: String, total: Int64?, unit: ProgressLine.Unit = .items, terminal: Terminal = .current) {
        self.title = title
        self.total = total
        self.unit = unit
        self.terminal = terminal
        if terminal.isErrorScreen { keepDrawing() }
    }

    /// Shows that time passes, also while one thing takes long.
    private func keepDrawing() {
        Task { [weak self] in
            while let self, !self.state.withLock({ $0.isFinished }) {
                self.move { $0 }
                try await Task.sleep(for: .milliseconds(250))
            }
        }
    }

    /// Adds to what is done; draws at most ten times a second.
    func advance(by count: Int64 = 1) {
        move { $0 + count }
    }

    func advance(to count: Int64) {
        move { _ in count }
    }

    private func move(_ change: (Int64) -> Int64) {
        let now = ContinuousClock.now
        state.withLock { state in
            state.done = change(state.done)
            guard terminal.isErrorScreen, !state.isFinished, now - start > .seconds(1) else { return }
            if let last = state.lastDrawn, now - last < .milliseconds(100) { return }
            state.lastDrawn = now
            state.isDrawn = true
            let line = ProgressLine(
                title: title, done: state.done, total: total, unit: unit, elapsed: (now - start) / .seconds(1))
            terminal.draw("\r\u{1b}[K" + line.text(width: terminal.width - 1))
        }
    }

    /// Takes the line away.
    func finish() {
        state.withLock { state in
            if state.isDrawn { terminal.draw("\r\u{1b}[K") }
            state.isDrawn = false
            state.isFinished = true
        }
    }
}

/// What a progress bar says at one moment.
struct ProgressLine: Hashable {
    enum Unit: Hashable {
        case items
        case bytes
    }

    var title: String
    var done: Int64
    /// Absent where it is not known beforehand.
    var total: Int64?
    var unit: Unit
    /// Seconds since the beginning.
    var elapsed: Double

    func text(width: Int) -> String {
        guard let total, total > 0 else {
            return String("\(title)  \(amount(done))  \(Quantity.time(elapsed))".prefix(max(0, width)))
        }
        let share = min(1, max(0, Double(done) / Double(total)))
        var tail = "  \(Quantity.share(share))  \(amount(done)) of \(amount(total))"
        if share > 0.02, share < 1 {
            tail += "  \(Quantity.time(elapsed / share * (1 - share))) left"
        } else {
            tail += "  \(Quantity.time(elapsed))"
        }
        let room = min(40, width - title.count - tail.count - 4)
        guard room >= 8 else { return String((title + tail).prefix(max(0, width))) }
        let filled = Int((share * Double(room)).rounded())
        let bar = String(repeating: "█", count: filled) + String(repeating: "░", count: room - filled)
        return "\(title)  \(bar)\(tail)"
    }

    private func amount(_ count: Int64) -> String {
        switch unit {
        case .items: "\(count)"
        case .bytes: Quantity.bytes(count)
        }
    }
}
