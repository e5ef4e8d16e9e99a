package import Capture
package import Outputs

/// A destination of annotated frames.
package enum AnnotatedOutput: Hashable, Sendable {
  /// A video file; `-` is standard output.
  case video(path: String)
  /// A single image.
  case image(path: String)
  /// A folder with one image per input image.
  case folder(path: String)
  /// A receiver on a network, or an HLS playlist.
  case stream(PushAddress)

  /// Parses `path` for a source: a network address, a playlist or video by its extension, a video on standard output
  /// (`-`), an image if the source is one, or a folder, where the result gets the name of the source.
  package init(path: String, for source: SourceDescription) throws(OutputError) {
    let ending = path.split(separator: "/").last?.split(separator: ".").dropFirst().last?.lowercased()
    if let address = PushAddress(parsing: path) {
      self = .stream(address)
    } else if path.contains("://") {
      throw OutputError(.cannotCreate, "cannot create \(path): expected \(PushAddress.forms)")
    } else if path == "-" {
      self = .video(path: path)
    } else if let ending, VideoWriter.endings.contains(ending) {
      self = .video(path: path)
    } else if ImageWriter.Format(path: path) != nil {
      guard source.kind == .stills, source.frameCount == 1 else {
        throw OutputError(
          .cannotCreate, "cannot create \(path): \(source.address) has many images; expected a folder or a video")
      }
      self = .image(path: path)
    } else if path.hasSuffix("/") || ending == nil || path == ".." || path == "." {
      try OutputFolder.make(path)
      let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
      self = source.kind == .stills ? .folder(path: folder) : .video(path: "\(folder)/\(source.name).mp4")
    } else {
      throw OutputError(
        .cannotCreate, "cannot create \(path): expected .mp4, .mkv or .m3u8, for an image .jpg or .png, or a folder")
    }
  }
}

extension SourceDescription {
  /// A short name: the file name without extension, or the address.
  package var name: String { (path ?? (kind == .stills ? address : nil))?.stem ?? address }

  /// The folder of the source's still images.
  var imageFolder: String? {
    guard kind == .stills else { return nil }
    guard let path else { return address }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
