import Fingerprints
import Testing

@Suite("Digests of files")
struct FileDigestsTests {
    @Test(
        "The digests are those of the standards",
        arguments: [
            (
                "", "d41d8cd98f00b204e9800998ecf8427e",
                "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
            ),
            (
                "abc", "900150983cd24fb0d6963f7d28e17f72",
                "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
            ),
        ])
    func known(text: String, md5: String, sha256: String) {
        var digests = FileDigests()
        Array(text.utf8).withUnsafeBytes { digests.update($0) }
        let (first, second) = digests.finalize()
        #expect(hex(first) == md5)
        #expect(hex(second) == sha256)
    }

    @Test("Pieces give the digest of the whole")
    func pieces() {
        var random = SeededGenerator(seed: 1)
        let bytes = (0..<10_000).map { _ in UInt8(truncatingIfNeeded: random.next()) }
        var (whole, pieces) = (FileDigests(), FileDigests())
        bytes.withUnsafeBytes { whole.update($0) }
        var start = 0
        while start < bytes.count {
            let end = min(bytes.count, start + Int.random(in: 0...700, using: &random))
            bytes[start..<end].withUnsafeBytes { pieces.update($0) }
            start = end
        }
        let (first, second) = (whole.finalize(), pieces.finalize())
        #expect(first.md5 == second.md5)
        #expect(first.sha256 == second.sha256)
    }

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
