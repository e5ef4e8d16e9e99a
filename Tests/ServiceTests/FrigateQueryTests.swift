import EventStore
import Foundation
import Outputs
import Testing

@testable import Web

/// What Frigate's paths find in a store that has much else.
@Suite struct FrigateQueryTests {
  private func line(_ number: Int, _ type: String, _ more: String) -> String {
    let id = SortableIdentifier(milliseconds: 1_795_459_167_000 + Int64(number), tail: UInt64(number))
    return "{\"v\":2,\"id\":\"\(id)\",\"type\":\"\(type)\",\"camera\":\"front\",\"seq\":\(number),"
      + "\"ts\":\"2026-11-23T18:39:27.000Z\"\(more)}"
  }

  /// Three objects and an alert, and then twelve hundred visits that are none.
  private func database() throws -> EventDatabase {
    let database = try EventDatabase(inMemory: #require(TimeZone(secondsFromGMT: 0)))
    let objects = (0..<3).map { number in
      line(number, "start", ",\"label\":\"person\"" + (number == 0 ? ",\"snapshot\":\"s.jpg\"" : ""))
    }
    let alert = line(3, "visit", ",\"phase\":\"end\",\"severity\":\"alert\"")
    let visits = (4..<1204).map { line($0, "visit", ",\"phase\":\"end\",\"severity\":\"detection\"") }
    #expect(try database.adopt(objects + [alert] + visits) == 1204)
    return database
  }

  @Test func `older events are found behind a page of others`() async throws {
    let database = try database()
    #expect(try await FrigateQuery { _ in nil }.objects(in: database).count == 3)
    let limited = try FrigateQuery { $0 == "limit" ? "2" : nil }
    #expect(try await limited.objects(in: database).count == 2)
    let shown = try FrigateQuery { $0 == "has_snapshot" ? "1" : nil }
    #expect(try await shown.objects(in: database).map(\.snapshot) == ["s.jpg"])
    let all = try FrigateQuery { $0 == "limit" ? "1000" : nil }
    #expect(try await all.visits(in: database, severity: "alert").map(\.severity) == ["alert"])
    #expect(try await all.visits(in: database, severity: nil).count == 1000)
  }
}
