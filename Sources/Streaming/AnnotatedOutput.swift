public import Capture
public import Outputs

/// Where pictures with what was found drawn on them go.
public enum AnnotatedOutput: Hashable, Sendable {
  /// A video; `-` is standard output.
  case video(path: String)
  /// One picture.
  case picture(path: String)
  /// A folder with a picture for each that came in.
  case folder(path: String)
  /// A receiver on a network, or a playlist of HLS.
  case stream(PushAddress)

  /// What `path` means for a source: an address of the network, a playlist or a video by its ending, a video to standard
  /// output (`-`), a picture if the source is one, or a folder, in which the result is called as the source is.
  public init(path: String, for source: SourceDescription) throws(OutputError) {
    let ending = path.split(separator: "/").last?.split(separator: ".").dropFirst().last?.lowercased()
    if let address = PushAddress(parsing: path) {
      self = .stream(address)
    } else if path.contains("://") {
      throw OutputError(.cannotCreate, "cannot create \(path): expected \(PushAddress.forms)")
    } else if path == "-" {
      self = .video(path: path)
    } else if let ending, VideoWriter.endings.contains(ending) {
      self = .video(path: path)
    } else if PictureWriter.Format(path: path) != nil {
      guard source.kind == .stills, source.frameCount == 1 else {
        throw OutputError(
          .cannotCreate, "cannot create \(path): \(source.address) has many pictures; expected a folder or a video")
      }
      self = .picture(path: path)
    } else if path.hasSuffix("/") || ending == nil || path == ".." || path == "." {
      try OutputFolder.make(path)
      let folder = path.hasSuffix("/") ? String(path.dropLast()) : path
      self = source.kind == .stills ? .folder(path: folder) : .video(path: "\(folder)/\(source.name).mp4")
    } else {
      throw OutputError(
        .cannotCreate, "cannot create \(path): expected .mp4, .mkv or .m3u8, for a picture .jpg or .png, or a folder")
    }
  }
}

extension SourceDescription {
  /// A short name: that of the file without its ending, or the address.
  public var name: String { (path ?? (kind == .stills ? address : nil))?.stem ?? address }

  /// The folder that single pictures lie in.
  var pictureFolder: String? {
    guard kind == .stills else { return nil }
    guard let path else { return address }
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }
}
