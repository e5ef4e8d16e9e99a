import HTTPTypes
import Hummingbird
import Synchronization

/// Answers that go on until the caller has had enough, counted so that they stay few.
final class StreamCount: Sendable {
  private let count = Mutex(0)

  /// A response whose body `write` writes, bit by bit; `503` when there are too many already.
  func response(
    type: String, write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
  ) throws -> Response {
    guard enter() else {
      return AccessGuard<BasicRequestContext>.refusal(.serviceUnavailable, "too many live views are open")
    }
    let place = Place(self)
    let body = ResponseBody { writer in
      var writer = writer
      try await write(&writer)
      try await writer.finish(nil)
      _ = place
    }
    return Response(status: .ok, headers: WebRoutes.headers(type), body: body)
  }

  private func enter() -> Bool {
    count.withLock { count in
      guard count < ConnectionLimits.streams else { return false }
      count += 1
      return true
    }
  }

  /// One of the streams that may be open; is free again when nobody holds it any more, however that came.
  private final class Place: Sendable {
    let count: StreamCount
    init(_ count: StreamCount) { self.count = count }
    deinit { count.count.withLock { $0 -= 1 } }
  }
}
