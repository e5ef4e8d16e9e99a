import EventStore
import HTTPTypes
import Hummingbird
import JSON
import LiveView
import NIOCore
import Outputs
import Pipeline
import Recording

/// Continuous recordings of a camera: which there are, one of their files, and a span of them as one file.
extension WebRoutes {
  /// Longest span of one export, in milliseconds.
  private static let longestExport: Int64 = 86_400_000

  func addSegmentList(to router: Router<BasicRequestContext>) {
    router.get("api/v1/recordings/{camera}") { request, context in
      guard let camera = knownCamera(context), let segments = service.segments else { return Self.unknownCamera }
      guard let span = Self.span(request) else { return Self.unreadableSpan }
      let found = try await files.draw({ segments.segments(of: camera, touching: span) }).map { segment in
        "{\"start\":\(EventClock.text(segment.start).json),\"end\":\(EventClock.text(segment.end).json),"
          + "\"motion\":\(segment.hasMotion)}"
      }
      return Self.json("{\"camera\":\(camera.json),\"segments\":[\(found.joined(separator: ","))]}")
    }
    router.get("api/v1/recordings/{camera}/segment.mp4") { request, context in
      guard let camera = knownCamera(context), let segments = service.segments else { return Self.unknownCamera }
      guard let moment = request.uri.queryParameters["at"].flatMap({ EventMoment.milliseconds(String($0)) }) else {
        return Self.text("expected at as a time such as 2026-11-23T18:39:27Z\n", status: .badRequest)
      }
      let found = try await files.draw { segments.segments(of: camera, touching: moment..<moment + 1).first }
      guard let found, let answer = try await Self.file(found.path, type: "video/mp4", request, context)
      else { return Self.text("nothing was recorded then\n", status: .notFound) }
      return answer
    }
    router.get("api/v1/recordings/{camera}/export") { request, context in
      guard let camera = knownCamera(context), let segments = service.segments else { return Self.unknownCamera }
      guard let span = Self.span(request) else { return Self.unreadableSpan }
      guard span.upperBound - span.lowerBound <= Self.longestExport else {
        return Self.text("expected at most 24 hours from after to before\n", status: .badRequest)
      }
      guard let export = try await files.draw({ RecordingExport(of: camera, span, in: segments) }) else {
        return Self.text("nothing was recorded then\n", status: .notFound)
      }
      // Disks are waited for on a thread of its own.
      guard let thread = try? WorkThread(name: "export") else {
        return Self.text("there is no thread for this\n", status: .serviceUnavailable)
      }
      let reader = ExportReader(export, thread)
      var response = try streams.response(to: request, type: "video/mp4") { writer in
        while let bytes = try await reader.next() { try await writer.write(ByteBuffer(bytes: bytes)) }
        // The status has been sent: a transfer that breaks is what is left to show that the file is not whole.
        if export.isCutShort { throw ChangedStream() }
      }
      let name = "\(camera)_\(EventClock.text(span.lowerBound).filter { $0 != "-" && $0 != ":" }).mp4"
      response.headers[.contentDisposition] = "attachment; filename=\"\(name)\""
      return response
    }
  }

  /// The name of a camera that there is, or one that is gone and left recordings.
  private func knownCamera(_ context: BasicRequestContext) -> String? {
    context.parameters.get("camera").flatMap { name in
      service.camera(name) != nil || service.segments?.has(name) ?? false ? name : nil
    }
  }

  /// The span from `after` to `before`; without `before` to now, without `after` the day before.
  static func span(_ request: Request) -> Range<Int64>? {
    let query = request.uri.queryParameters
    func moment(_ name: Substring) -> Int64?? {
      query[name].map { EventMoment.milliseconds(String($0)) }
    }
    guard let before = moment("before") ?? EventClock.wallMilliseconds,
      let after = moment("after") ?? (before - 86_400_000), after < before
    else { return nil }
    return after..<before
  }

  static var unreadableSpan: Response {
    text(
      "expected after and before as a date, a time such as 2026-11-23T18:39:27Z, or how long ago it was, such as 2h\n",
      status: .badRequest)
  }
}

/// The stream of a camera changed its size or codec within an export.
private struct ChangedStream: Error {}

/// Reads an export on a thread, which ends with it.
private final class ExportReader: Sendable {
  private let export: RecordingExport
  private let thread: WorkThread

  init(_ export: RecordingExport, _ thread: WorkThread) { (self.export, self.thread) = (export, thread) }

  deinit { thread.join() }

  func next() async throws -> [UInt8]? {
    try await Task(executorPreference: thread) { [export] in try export.next() }.value
  }
}
