import HTTPTypes
import Hummingbird
import Synchronization

/// Answers that go on until the caller has had enough, counted so that they stay few.
final class StreamCount: Sendable {
  private let counts = Mutex<[String: Int]>([:])

  /// A response whose body `write` writes, bit by bit; `503` when there are too many already, or too many of the caller's.
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

  /// One of the streams that may be open; is free again when nobody holds it any more, however that came.
  private final class Place: Sendable {
    let count: StreamCount
    let caller: String

    init(_ count: StreamCount, _ caller: String) { (self.count, self.caller) = (count, caller) }

    deinit { count.leave(caller) }
  }
}
