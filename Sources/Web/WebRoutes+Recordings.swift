import Glibc
import HTTPTypes
import Hummingbird
import LiveView
import Outputs
import Recording

/// Recordings of events. Callers name an event; only the service knows its file.
extension WebRoutes {
  func addRecordings(to router: Router<BasicRequestContext>) {
    router.get("api/v1/events/{id}/clip.mp4") { request, context in
      try await recording(.clip, of: context.parameters.get("id") ?? "", request, context)
    }
    router.get("api/v1/events/{id}/snapshot.jpg") { request, context in
      try await snapshot(Self.wantsBoxes(request, otherwise: false) ? .boxed : [], request, context)
    }
    router.get("api/v1/events/{id}/crop.jpg") { request, context in try await snapshot(.cropped, request, context) }
    router.get("api/v1/events/{id}/trace.json") { request, context in
      try await recording(.trace, of: context.parameters.get("id") ?? "", request, context)
    }
  }

  func recording(
    _ kind: MediaName.Kind, of identifier: String, _ request: Request, _ context: BasicRequestContext
  ) async throws -> Response {
    let clip = request.uri.queryParameters["clip"].map { Int($0) ?? -1 }
    guard MediaName.isIdentifier(identifier), let path = await service.recording(kind, of: identifier, clip: clip),
      let answer = try await Self.file(path, type: kind.mediaType, request, context)
    else {
      return Self.text("there is no \(kind.name) of such an event\n", status: .notFound)
    }
    return answer
  }

  /// The snapshot of the event that the address names: the file, or an image made of it in `form`.
  func snapshot(_ form: EventImage.Form, _ request: Request, _ context: BasicRequestContext) async throws -> Response {
    let identifier = context.parameters.get("id") ?? ""
    if form.isEmpty { return try await recording(.snapshot, of: identifier, request, context) }
    guard MediaName.isIdentifier(identifier), let image = await service.image(of: identifier),
      let file = PlainFile(image.path), let jpeg = try? await files.draw({ try image.jpeg(as: form) })
    else {
      return Self.text("there is no snapshot of such an event\n", status: .notFound)
    }
    var headers = Self.headers("image/jpeg")
    headers[.eTag] = file.tag.dropLast() + "-\(form.rawValue)\""
    return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: jpeg)))
  }

  /// The file at `path`, or the part of it that `request` asks for; `nil` if there is no such file, or it is empty.
  static func file(
    _ path: String, type: String, _ request: Request, _ context: BasicRequestContext
  ) async throws -> Response? {
    guard let file = PlainFile(path) else { return nil }
    var headers = Self.headers(type)
    headers[.acceptRanges] = "bytes"
    headers[.eTag] = file.tag
    // A clip may have grown meanwhile: then the requested range belongs to an older file.
    let isSame = request.headers[.ifRange].map { $0 == file.tag } ?? true
    switch ByteRange(isSame ? request.headers[.range] : nil, size: file.size) {
    case .whole:
      let body = try await FileIO().loadFile(path: path, range: 0...file.size - 1, context: context)
      return Response(status: .ok, headers: headers, body: body)
    case .part(let range):
      headers[.contentRange] = "bytes \(range.lowerBound)-\(range.upperBound)/\(file.size)"
      let body = try await FileIO().loadFile(path: path, range: range, context: context)
      return Response(status: .partialContent, headers: headers, body: body)
    case .beyond:
      var response = text("the file has \(file.size) bytes\n", status: .rangeNotSatisfiable)
      response.headers[.contentRange] = "bytes */\(file.size)"
      return response
    }
  }
}

extension MediaName.Kind {
  fileprivate var name: String {
    switch self {
    case .clip: "clip"
    case .snapshot: "snapshot"
    case .trace: "trace"
    }
  }

  fileprivate var mediaType: String {
    switch self {
    case .clip: "video/mp4"
    case .snapshot: "image/jpeg"
    case .trace: "application/json"
    }
  }
}

/// A file that is there, as it is now.
private struct PlainFile {
  let size: Int
  /// Another one after each change.
  let tag: String

  /// `nil` for anything but a file with content.
  init?(_ path: String) {
    var status = stat()
    guard unsafe lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_size > 0 else { return nil }
    size = Int(status.st_size)
    tag = "\"\(status.st_ino)-\(status.st_size)-\(status.st_mtim.tv_sec)-\(status.st_mtim.tv_nsec)\""
  }
}

/// The bytes of a file that a `Range` header requests (RFC 9110, section 14).
enum ByteRange: Hashable, Sendable {
  /// All; also if the header is not understood, as the standard requires. Several ranges are not supported.
  case whole
  /// These, counted from 0.
  case part(ClosedRange<Int>)
  /// Bytes beyond the end.
  case beyond

  /// The range in `header`, for a file of `size` bytes, which must not be 0.
  init(_ header: String?, size: Int) {
    self = .whole
    guard let header, header.lowercased().hasPrefix("bytes="), size > 0 else { return }
    let ends = header.dropFirst("bytes=".count).split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, ends.allSatisfy({ $0.utf8.allSatisfy { (0x30...0x39).contains($0) } }) else { return }
    // A number that is too large for an integer is beyond any file.
    let (first, last) = (Int(ends[0]) ?? .max, Int(ends[1]) ?? .max)
    switch (ends[0].isEmpty, ends[1].isEmpty) {
    case (true, true): return
    case (true, false): self = last == 0 ? .beyond : .part(max(0, size - last)...size - 1)
    case (false, true): self = first < size ? .part(first...size - 1) : .beyond
    case (false, false):
      guard first <= last else { return }
      self = first < size ? .part(first...min(last, size - 1)) : .beyond
    }
  }
}
