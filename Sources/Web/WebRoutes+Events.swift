import EventStore
import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Outputs

/// The event history, filtered by parameters of the address. JSON, or CSV if `Accept` requests it.
extension WebRoutes {
  func addEvents(to router: Router<BasicRequestContext>) {
    router.get("api/v1/events") { request, _ in
      try await answer { history in
        let page = try await history.database.events(try Self.query(request))
        return Self.wantsTable(request) ? Self.table(page) : Self.list(page)
      }
    }
    router.get("api/v1/visits") { request, _ in
      try await answer { history in
        let words = request.uri.queryParameters
        // Only objects have these.
        if let name = ["type", "min_score", "has_clip"].first(where: { words[$0[...]] != nil }) {
          return Self.text("\(name): visits have none; ask /api/v1/events for objects\n", status: .badRequest)
        }
        let page = try await history.database.visits(try Self.query(request), withObjects: words["objects"] != "0")
        let visits = page.visits.map { visit in
          "{\"visit\":\(visit.event.json),\"objects\":[\(visit.objects.map(\.json).joined(separator: ","))]}"
        }
        return Self.json("{\"visits\":[\(visits.joined(separator: ","))],\"next\":\(page.next?.json ?? "null")}")
      }
    }
    router.get("api/v1/events/summary") { request, _ in
      try await answer { history in
        let words = request.uri.queryParameters
        guard ["hour", "day"].contains(words["by"] ?? "day") else {
          return Self.text("by: expected hour or day\n", status: .badRequest)
        }
        if words["by"] == "hour" {
          let hours = try await history.database.hours(try Self.query(request))
          return Self.wantsTable(request)
            ? Self.text(HourCount.tableHeader + hours.map(\.tableLine).joined(), type: Self.tableType)
            : Self.json("{\"hours\":[" + hours.map(\.json).joined(separator: ",") + "]}")
        }
        let counts = try await history.database.summary(try Self.query(request))
        if Self.wantsTable(request) {
          let lines = counts.map { "\($0.day),\($0.camera),\(EventTable.field($0.label)),\($0.count)\r\n" }
          return Self.text("day,camera,label,count\r\n" + lines.joined(), type: Self.tableType)
        }
        return Self.json("{\"counts\":[" + counts.map(\.json).joined(separator: ",") + "]}")
      }
    }
    router.get("api/v1/events/{id}") { _, context in
      try await answer { history in
        guard let (event, lines) = try await history.database.event(context.parameters.get("id") ?? "") else {
          return Self.unknownEvent
        }
        let objects = try await history.database.events(event.objects)
        return Self.json(
          "{\"event\":\(event.json),\"objects\":[\(objects.map(\.json).joined(separator: ","))],"
            + "\"lines\":[\(lines.joined(separator: ","))]}")
      }
    }
    router.post("api/v1/events/{id}/keep") { request, context in
      try await answer { history in
        let isKept = request.uri.queryParameters["kept"].map { $0 != "0" } ?? true
        let event = try await history.keep(context.parameters.get("id") ?? "", isKept)
        return event.map { Self.json($0.json) } ?? Self.unknownEvent
      }
    }
    router.delete("api/v1/events/{id}") { _, context in
      try await answer { history in
        guard let (events, files) = try await history.delete(context.parameters.get("id") ?? "") else {
          return Self.unknownEvent
        }
        service.removeRecordings(files, of: events)
        return Response(status: .noContent, headers: Self.headers("text/plain; charset=utf-8"))
      }
    }
  }

  /// The response of `respond`, or its error as a response.
  func answer(_ respond: (EventHistory) async throws -> Response) async throws -> Response {
    guard let history = service.history else {
      return Self.text(
        "events are not kept: expected outputs.events.jsonl or outputs.storage in the configuration\n",
        status: .notFound)
    }
    do { return try await respond(history) } catch let error as EventStoreError {
      return Self.text(
        "\(error)\n", status: error.code == .invalidQuery ? .badRequest : .internalServerError)
    }
  }

  private static func query(_ request: Request) throws(EventStoreError) -> EventQuery {
    var query = EventQuery()
    for pair in request.uri.query?.split(separator: "&") ?? [] {
      let words = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(decoded)
      if !["token", "objects", "by"].contains(words[0]) { try query.set(words[0], words.count > 1 ? words[1] : "") }
    }
    return query
  }

  /// Decodes a parameter of an address as written by forms: `+` is a space.
  private static func decoded(_ word: Substring) -> String {
    let spaced = String(word).replacing("+", with: " ")
    return spaced.removingPercentEncoding ?? spaced
  }

  private static let tableType = "text/csv; charset=utf-8"

  private static func wantsTable(_ request: Request) -> Bool { request.headers[.accept]?.contains("text/csv") ?? false }

  private static func list(_ page: EventPage) -> Response {
    json(
      "{\"events\":[" + page.events.map(\.json).joined(separator: ",") + "],\"next\":\(page.next?.json ?? "null")}")
  }

  /// A table has no room for a cursor: a header has it.
  private static func table(_ page: EventPage) -> Response {
    var response = text(EventTable.header + page.events.map(EventTable.line).joined(), type: tableType)
    if let next = page.next, let name = HTTPField.Name("X-Next-Cursor") { response.headers[name] = next }
    return response
  }

  static var unknownEvent: Response { text("there is no such event\n", status: .notFound) }
}
