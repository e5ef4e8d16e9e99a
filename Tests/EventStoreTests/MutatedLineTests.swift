import Foundation
import TestSupport
import Testing

@testable import EventStore

/// Bent lines and conditions: each is taken or counted as unreadable, and the store stays one that can be asked.
@Suite struct MutatedLineTests {
  private static let corpus = [
    Lines.line("start", Lines.id(1)), Lines.line("update", Lines.id(1), seq: 1, entered: ["yard"]),
    Lines.end(Lines.id(1), clip: "2026/a.mp4"), Lines.line("camera_down", Lines.id(2), label: nil),
    Lines.line("line", Lines.id(3), more: ",\"line\":\"gate\",\"direction\":\"in\",\"pts\":1.5,\"box\":[0,1,2,3]"),
    Lines.line("start", Lines.id(4)) + Lines.end(Lines.id(4)),
  ]

  @Test func `bent lines are added or counted`() async throws {
    let database = try EventDatabase(inMemory: .current)
    var lines = 0, taken = 0
    try Mutations.each(of: Self.corpus, name: "lines", usual: 1000) { seed, bytes in
      let text = Data(bytes + [UInt8(ascii: "\n")])
      let additions = try database.add(text, ofLog: "head", readTo: Int64(seed))
      lines += 1
      taken += additions.added
    }
    #expect(taken > 0 && taken < lines * 2)
    let page = try await database.events(EventQuery())
    #expect(!page.events.isEmpty)
    for event in page.events {
      #expect((try? JSONSerialization.jsonObject(with: Data(event.json.utf8))) != nil, "\(event.json)")
    }
  }

  @Test func `bent conditions are understood or refused`() async throws {
    let database = try EventDatabase(inMemory: .current)
    let names = [
      "camera", "label", "zone", "type", "after", "before", "time_of_day", "min_score", "has_clip", "kept", "limit",
      "cursor",
    ]
    let corpus = [
      "front", "2026-11-23T18:39:27Z", "2h", "22:00-06:00", "0.5", "1", "100", Lines.id(1), "30d", "2026-11-23",
    ]
    var asked = 0
    var queries: [EventQuery] = []
    try Mutations.each(of: corpus, name: "conditions", usual: 1000) { seed, bytes in
      var query = EventQuery()
      for name in names {
        do throws(EventStoreError) {
          try query.set(name, String(decoding: bytes, as: UTF8.self))
          if queries.count < 500 { queries.append(query) }
        } catch { #expect(error.code == .invalidQuery, "seed \(seed): \(name)") }
      }
    }
    for query in queries {
      _ = try await database.events(query)
      asked += 1
    }
    #expect(asked > 100)
  }
}
