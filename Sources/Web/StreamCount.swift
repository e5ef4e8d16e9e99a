import HTTPTypes
import Hummingbird
import Synchronization

/// Counts and limits responses without an end (live views and event streams).
final class StreamCount: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  /// A response whose body is written by `write`; `503` if there are too many, in all or of the caller.
  func response(
    to request: Request, type: String, write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
  ) throws -> Response {
    let caller = CallerField.address.flatMap { request.headers[$0] } ?? ""
    guard enter(caller) else {
      return AccessGuard<BasicRequestContext>.refusal(.serviceUnavailable, "too many live views are open")
    }
    let place = Place(self, caller)
    let body = ResponseBody { writer in
      var writer = writer
      try await write(&writer)
      try await writer.finish(nil)
      _ = place
    }
    return Response(status: .ok, headers: WebRoutes.headers(type), body: body)
  }

  private func enter(_ caller: String) -> Bool {
    counts.withLock { counts in
      guard counts.values.reduce(0, +) < ConnectionLimits.streams, counts[caller] ?? 0 < ConnectionLimits.streamsOfOne
      else { return false }
      counts[caller, default: 0] += 1
      return true
    }
  }

  private func leave(_ caller: String) {
    counts.withLock { counts in
      let left = (counts[caller] ?? 1) - 1
      counts[caller] = left > 0 ? left : nil
    }
  }

  /// One open stream; it is counted until this object is released.
  private final class Place: Sendable {
    let count: StreamCount
    let caller: String

    init(_ count: StreamCount, _ caller: String) { (self.count, self.caller) = (count, caller) }

    deinit { count.leave(caller) }
  }
}
