import FFmpeg
import Foundation
import Glibc

/// The address of a source, as a user writes it.
///
/// A path of a video, an image or a folder of images; `rtsp://…` and other network addresses; `-` for standard input;
/// `/dev/video0`, or just its number; `test:640x480@25` for a test pattern (`test:640x480@25:100` ends after 100
/// frames).
public struct SourceAddress: Hashable, Sendable, CustomStringConvertible {
  /// Kinds of sources.
  package enum Kind: Hashable, Sendable {
    /// A video file.
    case video(path: String)
    /// An image file.
    case image(path: String)
    /// A folder of images.
    case folder(path: String)
    /// Images in the order of `paths`; messages call them `name`.
    case images(name: String, paths: [String])
    /// A network address, including credentials.
    case network(url: String)
    /// Standard input.
    case standardInput
    /// A local camera.
    case camera(path: String)
    /// A generated pattern.
    case testPattern(TestPattern)
  }

  /// The kind of source.
  package let kind: Kind

  /// Protocols of network addresses.
  package static let schemes: Set<String> = [
    "rtsp", "rtsps", "rtmp", "rtmps", "http", "https", "udp", "rtp", "srt", "tcp",
  ]
  /// Extensions of image files.
  package static let imageExtensions: Set<String> = [
    "jpg", "jpeg", "jpe", "jfif", "mpo", "png", "ppm", "pgm", "pnm", "bmp", "dib", "webp", "tif", "tiff", "jp2",
    "pbm", "avif",
  ]

  /// The address of a known kind of source.
  package init(_ kind: Kind) { self.kind = kind }

  /// Parses a user's input. Paths must exist.
  public init(parsing text: String) throws(CaptureError) {
    if text == "-" {
      kind = .standardInput
    } else if let number = UInt8(text), text.utf8.first != UInt8(ascii: "+") {
      // A number is a camera, as in OpenCV and YOLO scripts. A file of that name is ./0.
      kind = .camera(path: "/dev/video\(number)")
    } else if text.hasPrefix("test:") {
      guard let pattern = TestPattern(parsing: text) else {
        throw CaptureError(
          .invalidAddress, "cannot read \(text): expected a test pattern such as test:640x480@25 or test:640x480@25:100"
        )
      }
      kind = .testPattern(pattern)
    } else if let scheme = Self.scheme(of: text) {
      if scheme == "file" {
        kind = try Self.kind(ofPath: try NetworkAddress.path(ofFileAddress: text))
      } else if Self.schemes.contains(scheme) {
        Redaction.protect(address: text)
        kind = .network(url: NetworkAddress.normalised(text, scheme: scheme))
      } else {
        throw CaptureError(
          .invalidAddress,
          "cannot read \(text): expected one of the protocols \(Self.schemes.sorted().joined(separator: ", "))")
      }
    } else {
      kind = try Self.kind(ofPath: text)
    }
  }

  /// The address without user, password and tokens.
  public var description: String {
    switch kind {
    case .video(let path), .image(let path), .folder(let path), .camera(let path): path
    case .images(let name, _): name
    case .network(let url): Redaction.redact(url)
    case .standardInput: "standard input"
    case .testPattern(let pattern): pattern.description
    }
  }

  /// Whether frames arrive in real time and may stop: a network source or a camera.
  public var isLive: Bool {
    switch kind {
    case .network, .camera: true
    case .video, .image, .folder, .images, .standardInput, .testPattern: false
    }
  }

  private static func scheme(of text: String) -> String? {
    guard let colon = text.firstIndex(of: ":"), text[colon...].hasPrefix("://") else { return nil }
    let scheme = text[..<colon].lowercased()
    return !scheme.isEmpty && scheme.allSatisfy { $0.isLetter || $0.isNumber } ? scheme : nil
  }

  private static func kind(ofPath path: String) throws(CaptureError) -> Kind {
    if path.hasPrefix("/dev/video") || path.hasPrefix("/dev/v4l/") { return .camera(path: path) }
    var status = stat()
    guard unsafe stat(path, &status) == 0 else {
      let code: CaptureError.Code = errno == EACCES ? .accessDenied : .notFound
      throw CaptureError(
        code, "cannot open \(path): \(errno == EACCES ? "permission denied" : "no such file or folder")")
    }
    if status.st_mode & S_IFMT == S_IFDIR { return .folder(path: path) }
    // A named pipe would be waited for.
    let isFile = status.st_mode & S_IFMT == S_IFREG
    return isImage(path) && !(isFile && isSequence(path)) ? .image(path: path) : .video(path: path)
  }

  /// Whether the file at `path` is a sequence of AVIF images, which is a video.
  private static func isSequence(_ path: String) -> Bool {
    guard path.lowercased().hasSuffix(".avif"), let file = FileHandle(forReadingAtPath: path) else { return false }
    let head = (try? file.read(upToCount: 12)) ?? Data()
    return head.dropFirst(4).elementsEqual("ftypavis".utf8)
  }

  /// Whether the extension is that of an image file.
  static func isImage(_ path: String) -> Bool { hasEnding(path, of: imageExtensions) }

  /// Whether the extension of `path` is one of `endings`, in whatever case.
  static func hasEnding(_ path: String, of endings: Set<String>) -> Bool {
    let name = path.split(separator: "/").last ?? ""
    guard let dot = name.lastIndex(of: ".") else { return false }
    return endings.contains(name[name.index(after: dot)...].lowercased())
  }
}
