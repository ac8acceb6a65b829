import Testing

@testable import Moderation

@Suite("Ids and times")
struct IdentityTests {
    @Test("An id reads back from its text, and sorts by the time of its making")
    func ids() throws {
        var random = Seeded(seed: 7)
        var earlier: ID<Content>?
        for step in 0..<2000 {
            let id = ID<Content>(at: Timestamp(milliseconds: Int64(step) * 86_400_000), random: &random)
            #expect(ID<Content>(id.text) == id)
            #expect(id.text.utf8.count == 30)
            if let earlier {
                #expect(earlier < id)
                #expect(earlier.text < id.text, "the texts sort as the ids do")
            }
            earlier = id
        }
    }

    @Test(
        "What is no id is not read as one",
        arguments: [
            "", "con_", "con_0", "bnk_01jzzzzzzzzzzzzzzzzzzzzzzz", "con_81jzzzzzzzzzzzzzzzzzzzzzzz",
            "con_01jzzzzzzzzzzzzzzzzzzzzzzi", "con_01jzzzzzzzzzzzzzzzzzzzzzzzz", "CON_01jzzzzzzzzzzzzzzzzzzzzzzz",
            "con_01JZZZZZZZZZZZZZZZZZZZZZZZ", "con-01jzzzzzzzzzzzzzzzzzzzzzzz",
        ])
    func noIds(text: String) {
        #expect(ID<Content>(text) == nil)
    }

    @Test(
        "Times read and print as RFC 3339",
        arguments: [
            ("1970-01-01T00:00:00Z", 0), ("2019-03-15T00:40:00.000Z", 1_552_610_400_000),
            ("2019-03-15T13:40:00.25+13:00", 1_552_610_400_250), ("1969-12-31T23:59:59.999Z", -1),
            ("2000-02-29T12:00:00Z", 951_825_600_000), ("9999-12-31T23:59:59Z", 253_402_300_799_000),
            ("2019-03-15t00:40:00z", 1_552_610_400_000),
        ])
    func times(text: String, milliseconds: Int64) throws {
        let time = try #require(Timestamp(rfc3339: text))
        #expect(time.milliseconds == milliseconds)
        #expect(Timestamp(rfc3339: time.rfc3339) == time)
    }

    @Test(
        "What is no time is not read as one",
        arguments: [
            "", "2019-03-15", "2019-02-29T00:00:00Z", "2019-13-01T00:00:00Z", "2019-03-15T24:00:00Z",
            "2019-03-15T00:00:00",
            "2019-03-15T00:00:00+1300", "2019-03-15T00:00:00.Z", "2019-03-15T00:00:00Z ", "2019-03-15T00:60:00Z",
        ])
    func noTimes(text: String) {
        #expect(Timestamp(rfc3339: text) == nil)
    }

    @Test("Every day of four centuries prints and reads back as itself")
    func days() {
        for day in stride(from: Int64(-73_000), to: 73_100, by: 1) {
            let time = Timestamp(milliseconds: day * 86_400_000 + 45_296_789)
            #expect(Timestamp(rfc3339: time.rfc3339) == time)
        }
    }
}

/// Chance that is the same at each run: SplitMix64.
struct Seeded: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) {
        state = seed
    }

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}
