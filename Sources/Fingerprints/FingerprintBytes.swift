extension Fingerprint {
    /// The value as bytes, which with `algorithm`, `quality` and `duration` is all there is to it.
    ///
    /// Digests as they are; PDQ as 32 bytes, most significant first; audio as little-endian words of 4 bytes; video as 41
    /// bytes a frame: number (4, little-endian), milliseconds (4, little-endian), quality (1), hash (32).
    public var bytes: [UInt8] {
        switch self {
        case .md5(let digest), .sha256(let digest): return digest
        case .pdq(let value): return value.hash.bytes
        case .audio(let value):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(value.words.count * 4)
            for word in value.words { bytes.append(littleEndian: word) }
            return bytes
        case .video(let value):
            var bytes: [UInt8] = []
            bytes.reserveCapacity(value.frames.count * Self.frameSize)
            for frame in value.frames {
                bytes.append(littleEndian: UInt32(clamping: frame.number))
                bytes.append(littleEndian: UInt32(clamping: frame.time.milliseconds))
                bytes.append(UInt8(clamping: frame.quality))
                bytes.append(contentsOf: frame.hash.bytes)
            }
            return bytes
        }
    }

    private static let frameSize = 41

    /// Reads what `bytes` wrote, or answers `nil` where the length does not fit the algorithm or a value is out of range.
    public init?(algorithm: FingerprintAlgorithm, bytes: [UInt8], quality: Int?, duration: MediaTime?) {
        switch algorithm {
        case .md5:
            guard bytes.count == 16 else { return nil }
            self = .md5(bytes)
        case .sha256:
            guard bytes.count == 32 else { return nil }
            self = .sha256(bytes)
        case .pdq:
            guard let hash = PDQHash(bytes: bytes), let quality, (0...100).contains(quality) else { return nil }
            self = .pdq(PDQFingerprint(hash: hash, quality: quality))
        case .audio:
            guard bytes.count % 4 == 0, let duration else { return nil }
            let words = stride(from: 0, to: bytes.count, by: 4).map { bytes.littleEndianWord(at: $0) }
            self = .audio(AudioFingerprint(words: words, duration: duration))
        case .video:
            guard bytes.count % Self.frameSize == 0, let duration else { return nil }
            var frames: [VideoFrame] = []
            frames.reserveCapacity(bytes.count / Self.frameSize)
            for start in stride(from: 0, to: bytes.count, by: Self.frameSize) {
                let quality = Int(bytes[start + 8])
                guard quality <= 100, let hash = PDQHash(bytes: bytes[start + 9..<start + Self.frameSize]) else {
                    return nil
                }
                frames.append(
                    VideoFrame(
                        number: Int(bytes.littleEndianWord(at: start)),
                        time: MediaTime(milliseconds: Int64(bytes.littleEndianWord(at: start + 4))),
                        hash: hash, quality: quality))
            }
            self = .video(VideoFingerprint(frames: frames, duration: duration))
        }
    }
}

extension [UInt8] {
    fileprivate mutating func append(littleEndian word: UInt32) {
        for shift in stride(from: 0, to: 32, by: 8) { append(UInt8(truncatingIfNeeded: word >> UInt32(shift))) }
    }

    fileprivate func littleEndianWord(at index: Int) -> UInt32 {
        UInt32(self[index]) | UInt32(self[index + 1]) << 8 | UInt32(self[index + 2]) << 16 | UInt32(self[index + 3])
            << 24
    }
}
