import Hummingbird
import Testing

@testable import API

@Suite("Multipart forms")
struct MultipartTests {
    @Test("A form is the same however it is cut into pieces", arguments: [1, 2, 3, 5, 7, 16, 64, 1000, 100_000])
    func pieces(size: Int) throws {
        // The content is full of what looks like the beginning of a boundary.
        var file = Array("\r\n--fron\r\n--frontie\r\n\r\n--\r".utf8)
        for number in 0..<4000 { file.append(UInt8(truncatingIfNeeded: number &* 31)) }
        let form = TestServer.form(file, fields: [("external_id", "a\r\nb")])
        var reader = try MultipartReader(contentType: "multipart/form-data; boundary=\"frontier\"")
        var heads: [MultipartReader.Head] = []
        var bodies: [[UInt8]] = []
        for start in stride(from: 0, to: form.count, by: size) {
            try reader.take(ByteBuffer(bytes: form[start..<min(start + size, form.count)])) { event in
                switch event {
                case .begin(let head):
                    heads.append(head)
                    bodies.append([])
                case .bytes(let bytes): bodies[bodies.count - 1] += Array(bytes)
                case .end: break
                }
            }
        }
        try reader.finish()
        #expect(heads.map(\.name) == ["external_id", "file"])
        #expect(heads.last?.filename == "a b.bin")
        #expect(bodies == [Array("a\r\nb".utf8), file])
    }

    @Test(
        "A header's parameters are read with and without quotes",
        arguments: [
            (#"form-data; name=file"#, "file"), (#"form-data; name="a;b""#, "a;b"),
            (#"form-data;name="a\"b";x=y"#, "a\"b"),
            (#"form-data ; NAME = "c" "#, "c"),
        ])
    func parameters(text: String, name: String) {
        let header = HeaderParameters(text)
        #expect(header.value == "form-data")
        #expect(header.parameters["name"] == name)
    }
}
