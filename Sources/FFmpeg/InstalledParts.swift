import CFFmpeg

/// What the libav of this machine was built with.
public enum InstalledParts {
  /// Kinds of parts, as `yolostream_has_part` numbers them.
  public enum Kind: Int32, Sendable {
    case decoder
    case encoder
    /// A protocol that can be read from.
    case network
    /// A kind of hardware that decodes.
    case hardware
  }

  /// Whether there is a part of this name, such as `libx264`.
  public static func has(_ kind: Kind, _ name: String) -> Bool { unsafe yolostream_has_part(kind.rawValue, name) != 0 }

  /// The release of FFmpeg that libav is of.
  public static var version: String { unsafe av_version_info().map { unsafe String(cString: $0) } ?? "unknown" }
}
