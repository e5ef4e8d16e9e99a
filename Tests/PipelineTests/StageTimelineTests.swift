import Pipeline
import Testing

@Suite struct StageTimelineTests {
  @Test func `a stage with input works from one value to the next`() {
    var timeline = StageTimeline(start: 100)
    // 50 ns of preparation belong to no item.
    let change1 = timeline.waitBegins(.input, at: 150)
    #expect(change1 == nil)
    let change2 = timeline.waitEnded(.input, at: 180, isSuccess: true).0
    #expect(change2 == .waited(.input, nanoseconds: 30))
    // 20 ns of work, 5 of waiting for room, 2 more of work.
    let change3 = timeline.waitBegins(.output, at: 200)
    #expect(change3 == nil)
    let sent = timeline.waitEnded(.output, at: 205, isSuccess: true)
    #expect(sent.0 == .waited(.output, nanoseconds: 5))
    #expect(sent.1 == nil)
    let change4 = timeline.waitBegins(.input, at: 207)
    #expect(change4 == .item(nanoseconds: 22))
    _ = timeline.waitEnded(.input, at: 300, isSuccess: false)
    let change5 = timeline.ended(at: 400)
    #expect(change5 == nil)
  }

  @Test func `a source works from one send to the next`() {
    var timeline = StageTimeline(start: 0)
    let change6 = timeline.waitBegins(.output, at: 10)
    #expect(change6 == nil)
    let first = timeline.waitEnded(.output, at: 15, isSuccess: true)
    #expect(first.0 == .waited(.output, nanoseconds: 5))
    #expect(first.1 == .item(nanoseconds: 10))
    let change7 = timeline.waitBegins(.output, at: 22)
    #expect(change7 == nil)
    let change8 = timeline.waitEnded(.output, at: 23, isSuccess: true).1
    #expect(change8 == .item(nanoseconds: 7))
    // The value that nobody took is no item.
    let change9 = timeline.waitBegins(.output, at: 30)
    #expect(change9 == nil)
    let change10 = timeline.waitEnded(.output, at: 31, isSuccess: false).1
    #expect(change10 == nil)
    let change11 = timeline.ended(at: 40)
    #expect(change11 == nil)
  }

  @Test func `an item in work when the stage ends still counts`() {
    var timeline = StageTimeline(start: 0)
    _ = timeline.waitBegins(.input, at: 0)
    _ = timeline.waitEnded(.input, at: 3, isSuccess: true)
    let change12 = timeline.ended(at: 10)
    #expect(change12 == .item(nanoseconds: 7))
  }

  @Test func `a clock that stands still or goes back does not trap`() {
    var timeline = StageTimeline(start: 100)
    let change13 = timeline.waitBegins(.input, at: 50)
    #expect(change13 == nil)
    let change14 = timeline.waitEnded(.input, at: 20, isSuccess: true).0
    #expect(change14 == .waited(.input, nanoseconds: 0))
    let change15 = timeline.waitBegins(.input, at: 10)
    #expect(change15 == .item(nanoseconds: 0))
  }
}
