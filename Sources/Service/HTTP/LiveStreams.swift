import HTTPTypes
import Hummingbird
import Pipeline
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

/// The thread that draws and encodes pictures for those who look: one, so that they take no more than that from the
/// cameras, however many they are.
final class Studio: Sendable {
  private let thread: StageThread

  init() throws(ServiceError) {
    do throws(PipelineError) { thread = try StageThread(name: "pictures") } catch {
      throw ServiceError(.system, "cannot start a thread: \(error)")
    }
  }

  /// The last picture of `camera` as a JPEG; `nil` before the first.
  func jpeg(of camera: WatchedCamera, boxes: Bool) async throws -> [UInt8]? {
    try await Task(executorPreference: thread) { try camera.picture.jpeg(boxes: boxes) }.value
  }

  /// What a live view of `camera` shows: its last picture, or a plate while it gives none.
  func view(of camera: WatchedCamera, boxes: Bool) async throws -> [UInt8] {
    try await Task(executorPreference: thread) {
      let report = camera.record.report
      if report.stateName == "up", let picture = try camera.picture.jpeg(boxes: boxes) { return picture }
      return try CameraPlate(report).jpeg()
    }.value
  }

  /// Ends the thread.
  func stop() { thread.join() }
}

extension AsyncStream where Element: Sendable {
  /// The same, with `nil` at once and then every few seconds: what nobody reads any more is noticed by it. Who is slow
  /// finds the last `depth`.
  func withHeartbeat(every seconds: Double, depth: Int) -> AsyncStream<Element?> {
    let (stream, continuation) = AsyncStream<Element?>.makeStream(bufferingPolicy: .bufferingNewest(depth))
    let news = Task {
      for await item in self { continuation.yield(item) }
      continuation.finish()
    }
    let beats = Task { for await _ in Ticker.beats(every: seconds) { continuation.yield(nil) } }
    continuation.onTermination = { _ in
      news.cancel()
      beats.cancel()
    }
    return stream
  }
}
