import CSeccomp
import Glibc

// SAFETY: buffers are passed to the kernel with their own counts, for the length of one call.

/// One end of the socket between parent and child: messages with their length and version before them.
///
/// A message is four bytes of length, one of version and one of kind, then as many bytes as the length says.
/// One descriptor may travel with the first byte.
struct WireSocket {
    static let version: UInt8 = 1

    enum Kind: UInt8 {
        case ready = 1
        case request = 2
        case answer = 3
    }

    struct Message {
        var kind: Kind
        var payload: [UInt8]
        /// Belongs to the receiver, who closes it.
        var descriptor: Int32?
    }

    /// Why no message came.
    enum Ending: Error {
        case closed
        case interrupted
        case deadline
        case malformed
    }

    let descriptor: Int32

    /// Sends a message, waiting for room; answers whether all of it went out.
    func send(_ kind: Kind, _ payload: [UInt8], descriptor passed: Int32 = -1) -> Bool {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(payload.count + 6)
        withUnsafeBytes(of: UInt32(payload.count).littleEndian) { bytes.append(contentsOf: $0) }
        bytes += [Self.version, kind.rawValue]
        bytes += payload
        return bytes.withUnsafeBytes { buffer in
            var done = 0
            while done < buffer.count {
                guard let base = buffer.baseAddress else { return false }
                let count = fb_send(descriptor, base + done, buffer.count - done, done == 0 ? passed : -1)
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return false }
                done += count
            }
            return true
        }
    }

    /// Receives one message of at most `limit` bytes of payload.
    ///
    /// Waits until `deadline`, in nanoseconds of the monotonic clock, or until `interrupt` can be read; for ever
    /// without them.
    func receive(limit: Int, deadline: UInt64? = nil, interrupt: Int32? = nil) throws(Ending) -> Message {
        var passed: Int32?
        do throws(Ending) {
            let head = try bytes(count: 6, deadline: deadline, interrupt: interrupt, passed: &passed)
            let length = head[0..<4].reversed().reduce(0) { $0 << 8 | Int($1) }
            guard length <= limit, head[4] == Self.version, let kind = Kind(rawValue: head[5]) else {
                throw Ending.malformed
            }
            let payload = try bytes(count: length, deadline: deadline, interrupt: interrupt, passed: &passed)
            return Message(kind: kind, payload: payload, descriptor: passed)
        } catch {
            if let passed { close(passed) }
            throw error
        }
    }

    private func bytes(
        count: Int, deadline: UInt64?, interrupt: Int32?, passed: inout Int32?
    ) throws(Ending) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var done = 0
        while done < count {
            if deadline != nil || interrupt != nil { try wait(deadline: deadline, interrupt: interrupt) }
            var found: Int32 = -1
            let received = bytes.withUnsafeMutableBytes { buffer in
                fb_receive(descriptor, buffer.baseAddress?.advanced(by: done), count - done, &found)
            }
            if found >= 0 {
                if let passed { close(passed) }
                passed = found
            }
            if received < 0 && errno == EINTR { continue }
            guard received > 0 else { throw .closed }
            done += received
        }
        return bytes
    }

    private func wait(deadline: UInt64?, interrupt: Int32?) throws(Ending) {
        while true {
            var timeout: Int32 = -1
            if let deadline {
                let now = MonotonicTime.now()
                guard now < deadline else { throw .deadline }
                timeout = Int32(clamping: (deadline - now) / 1_000_000 + 1)
            }
            var wanted = [pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)]
            if let interrupt { wanted.append(pollfd(fd: interrupt, events: Int16(POLLIN), revents: 0)) }
            let ready = poll(&wanted, UInt(wanted.count), timeout)
            if ready < 0 && errno == EINTR { continue }
            guard ready >= 0 else { throw .closed }
            if wanted.count > 1, wanted[1].revents != 0 { throw .interrupted }
            if wanted[0].revents != 0 { return }
        }
    }
}

/// The clock that deadlines are measured by.
enum MonotonicTime {
    static func now() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    static func after(seconds: Int) -> UInt64 {
        now().addingReportingOverflow(
            UInt64(max(0, seconds)).multipliedReportingOverflow(by: 1_000_000_000).partialValue
        )
        .partialValue
    }
}
