import Fingerprints
import Testing

@Suite("PDQ hashes as values")
struct PDQHashTests {
    @Test("Text and bytes are read as they were written")
    func roundTrip() {
        var random = SeededGenerator(seed: 1)
        for _ in 0..<100 {
            let hash = random.hash()
            #expect(PDQHash(hex: hash.hex) == hash)
            #expect(PDQHash(hex: hash.hex.uppercased()) == hash)
            #expect(PDQHash(bytes: hash.bytes) == hash)
        }
    }

    @Test("The text starts with the highest bit")
    func order() {
        let hash = PDQHash(words: SIMD4(1 << 63, 0, 0, 1))
        #expect(hash.hex == "8" + String(repeating: "0", count: 62) + "1")
        #expect(hash.bytes.first == 0x80)
        #expect(hash.description == hash.hex)
    }

    @Test(
        "What is not 64 hexadecimal digits is refused",
        arguments: [
            "", "0", String(repeating: "a", count: 63), String(repeating: "a", count: 65),
            String(repeating: "g", count: 64), "0x" + String(repeating: "0", count: 62),
            " " + String(repeating: "0", count: 63), String(repeating: "é", count: 32),
            String(repeating: "0", count: 63) + "\u{0}", String(repeating: "０", count: 64),
        ])
    func refusedText(text: String) { #expect(PDQHash(hex: text) == nil) }

    @Test("What is not 32 bytes is refused", arguments: [0, 31, 33])
    func refusedBytes(count: Int) { #expect(PDQHash(bytes: [UInt8](repeating: 1, count: count)) == nil) }

    @Test("The distance is the number of different bits")
    func distance() {
        var random = SeededGenerator(seed: 2)
        for bits in 0...256 {
            let hash = random.hash()
            let other = random.turned(hash, bits: bits)
            #expect(hash.distance(to: other) == bits)
            #expect(other.distance(to: hash) == bits)
        }
    }
}
