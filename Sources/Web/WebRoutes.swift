import Foundation
import HTTPTypes
import Hummingbird
import JSON
import LiveView
import Outputs
import Pipeline

/// The routes of the web server. None takes a path, a command or an address.
struct WebRoutes: Sendable {
  let service: any WebService
  let streams: StreamCount
  /// Draws what is live.
  let previews: PreviewEncoder
  /// Reads and draws what lies on a disk.
  let files: PreviewEncoder
  let callers: Callers

  func router(tokens: AccessTokens?, isSecure: Bool) -> Router<BasicRequestContext> {
    let router = Router(options: .autoGenerateHeadEndpoints)
    router.add(middleware: AccessGuard(tokens: tokens, callers: callers, isSecure: isSecure))
    // It needs no token, so it names no camera: `readyz` does.
    router.get("healthz") { _, _ in
      service.isStuck ? Self.text("stuck\n", status: .serviceUnavailable) : Self.text("ok\n")
    }
    router.get("readyz") { _, _ in
      service.unreadiness.map { Self.text($0 + "\n", status: .serviceUnavailable) } ?? Self.text("ready\n")
    }
    router.get("version") { _, _ in Self.json("{\"name\":\"yolostream\",\"version\":\"\(service.version)\"}") }
    router.get("metrics") { _, _ in
      Self.text(service.metrics + callers.metrics, type: "text/plain; version=0.0.4; charset=utf-8")
    }
    addPage(to: router)
    addSegments(to: router)
    addInterface(to: router)
    addEvents(to: router)
    addRecordings(to: router)
    addSegmentList(to: router)
    addHeatMap(to: router)
    addControl(to: router)
    if service.frigate != nil { addFrigate(to: router) }
    return router
  }

  private func addPage(to router: Router<BasicRequestContext>) {
    router.get("/") { _, _ in Self.response(PageFile.document) }
    for file in PageFile.parts { router.get(RouterPath(file.path)) { _, _ in Self.response(file) } }
    router.get("live/{camera}.mjpg") { request, context in
      guard let camera = service.camera(context.parameters.get("camera") ?? "") else {
        return Self.unknownCamera
      }
      let boxes = Self.wantsBoxes(request, otherwise: true)
      return try streams.response(to: request, type: "multipart/x-mixed-replace; boundary=frame") { writer in
        // The present image, then each new one, and a repetition now and then. Slow callers get fewer.
        let arrivals = camera.latestFrame.arrivals.listen(depth: 1)
        for await _ in arrivals.withHeartbeat(every: ConnectionLimits.heartbeat, depth: 1) {
          try await writer.write(
            Self.part(previews.view(of: camera.latestFrame, boxes: boxes, statusImage: camera.statusImage)))
        }
      }
    }
  }

  /// The live view as HLS: the playlist, its segments and parts by number. A request for the next part is answered when it
  /// exists.
  private func addSegments(to router: Router<BasicRequestContext>) {
    router.get("live/{camera}/{piece}") { request, context in
      guard let camera = service.camera(context.parameters.get("camera") ?? "") else {
        return Self.unknownCamera
      }
      let piece = context.parameters.get("piece") ?? ""
      if piece == "index.m3u8", camera.hasSegments {
        let query = request.uri.queryParameters
        let segment = query["_HLS_msn"].flatMap { Int($0) }, part = query["_HLS_part"].flatMap { Int($0) }
        let position = segment.map { SegmentWindow.Position(segment: $0, part: part ?? .max) }
        guard let playlist = await camera.segments?.playlist(upTo: position) else {
          return Self.text("nothing has come that could be shown\n", status: .serviceUnavailable)
        }
        return Self.text(playlist, type: "application/vnd.apple.mpegurl")
      }
      guard let name = SegmentWindow.Name(piece), let parts = await camera.segments?.bytes(of: name) else {
        return Self.text("there is no such piece\n", status: .notFound)
      }
      return Response(
        status: .ok, headers: Self.headers("video/mp4"), body: .init(contentsOf: parts.map { ByteBuffer(bytes: $0) }))
    }
  }

  private func addInterface(to router: Router<BasicRequestContext>) {
    router.get("api/v1/cameras") { _, _ in
      Self.json("[" + service.cameras.map(\.json).joined(separator: ",") + "]")
    }
    router.get("api/v1/cameras/{camera}") { _, context in
      service.camera(context.parameters.get("camera") ?? "").map { Self.json($0.json) }
        ?? Self.unknownCamera
    }
    router.get("api/v1/cameras/{camera}/marks") { _, context in
      service.camera(context.parameters.get("camera") ?? "").map { Self.json($0.marks) } ?? Self.unknownCamera
    }
    router.get("api/v1/cameras/{camera}/latest.jpg") { request, context in
      guard let camera = service.camera(context.parameters.get("camera") ?? "") else {
        return Self.unknownCamera
      }
      guard
        let image = try await previews.jpeg(of: camera.latestFrame, boxes: Self.wantsBoxes(request, otherwise: false))
      else {
        return Self.text("no frame has arrived yet\n", status: .serviceUnavailable)
      }
      return Response(
        status: .ok, headers: Self.headers("image/jpeg"), body: .init(byteBuffer: ByteBuffer(bytes: image)))
    }
    router.get("api/v1/events/stream") { request, _ in
      let updates = service.updates.listen(depth: 64)
      let opening = ": yolostream\nretry: 2000\n\n" + service.opening.map(\.text).joined()
      return try streams.response(to: request, type: "text/event-stream") { writer in
        try await writer.write(ByteBuffer(string: opening))
        for await item in updates.withHeartbeat(every: ConnectionLimits.heartbeat, depth: 64) {
          // A caller that receives nothing for longer knows that the connection is lost.
          let text = item?.text ?? ServerSentEvent(name: "time", data: "\(EventClock.wallMilliseconds)").text
          try await writer.write(ByteBuffer(string: text))
        }
      }
    }
    router.get("api/v1/stats") { _, _ in Self.json(service.statistics) }
    router.post("api/v1/reload") { _, _ in
      switch await service.reload() {
      case .done(let sentence): Self.json("{\"ok\":true,\"message\":\(sentence.json)}")
      case .refused(let sentence):
        Self.json("{\"ok\":false,\"message\":\(sentence.json)}", status: .unprocessableContent)
      }
    }
  }

  static func wantsBoxes(_ request: Request, otherwise: Bool) -> Bool {
    request.uri.queryParameters["boxes"].map { $0 != "0" } ?? otherwise
  }

  private static func part(_ image: [UInt8]) -> ByteBuffer {
    var buffer = ByteBuffer(
      string: "--frame\r\nContent-Type: image/jpeg\r\nContent-Length: \(image.count)\r\n\r\n")
    buffer.writeBytes(image)
    buffer.writeString("\r\n")
    return buffer
  }

  private static func response(_ file: PageFile) -> Response {
    Response(status: .ok, headers: headers(file.type), body: .init(byteBuffer: ByteBuffer(bytes: file.bytes)))
  }

  static var unknownCamera: Response { text("there is no such camera\n", status: .notFound) }

  static func json(_ text: String, status: HTTPResponse.Status = .ok) -> Response {
    self.text(text + "\n", type: "application/json", status: status)
  }

  static func text(
    _ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
  ) -> Response {
    Response(status: status, headers: headers(type), body: .init(byteBuffer: ByteBuffer(string: text)))
  }

  /// Headers against caches, frames of other pages and guessed media types; the page loads only its own files.
  static func headers(_ type: String) -> HTTPFields {
    var headers: HTTPFields = [.contentType: type, .cacheControl: "no-store"]
    headers[.xContentTypeOptions] = "nosniff"
    headers[.contentSecurityPolicy] =
      "default-src 'none'; img-src 'self' data:; media-src 'self' blob:; style-src 'self'; script-src 'self'; connect-src 'self'; "
      + "manifest-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'self'"
    if let policy = HTTPField.Name("Referrer-Policy") { headers[policy] = "no-referrer" }
    return headers
  }
}
