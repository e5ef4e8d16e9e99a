import Foundation
import Testing

@testable import EventStore

@Suite struct UnfinishedTests {
  @Test func `objects without an end and visits that go on are unfinished, and nothing else is`() async throws {
    let ids = (0..<8).map { Lines.id($0) }
    func visit(_ id: String, _ phase: String, seq: Int) -> String {
      Lines.line("visit", id, label: nil, seq: seq, more: ",\"phase\":\"\(phase)\",\"objects\":[\"\(ids[0])\"]")
    }
    let database = try EventDatabase.filled([
      Lines.line("start", ids[0]), Lines.line("zone_enter", ids[0], seq: 1), Lines.line("keep", ids[0], seq: 99),
      Lines.line("start", ids[1], seq: 2), Lines.end(ids[1], seq: 3),
      visit(ids[2], "new", seq: 4), visit(ids[2], "update", seq: 5),
      visit(ids[3], "new", seq: 6), visit(ids[3], "end", seq: 7),
      Lines.line("camera_down", ids[4], label: nil, seq: 8), Lines.line("recording", ids[5], seq: 9),
      Lines.line("start", ids[6], seq: 10), Lines.line("delete", ids[6], label: nil, seq: 100),
      // Its service ended it at the next start.
      Lines.line("start", ids[7], seq: 11), Lines.end(ids[7], seq: 0),
    ])
    let unfinished = try await database.unfinished()
    #expect(unfinished.objects.map(\.id) == [ids[0]] && unfinished.objects[0].json.contains("\"type\":\"zone_enter\""))
    #expect(unfinished.visits.map(\.id) == [ids[2]] && unfinished.visits[0].json.contains("\"phase\":\"update\""))
  }
}
