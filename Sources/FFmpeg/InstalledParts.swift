import CFFmpeg

/// The components of the installed libav.
package enum InstalledParts {
  /// Kinds of components, numbered as in `yolostream_has_part`.
  package enum Kind: Int32, Sendable {
    case decoder
    case encoder
    /// A protocol for reading.
    case network
    /// A hardware decoder.
    case hardware
  }

  /// Whether there is a component `name`, such as `libx264`.
  package static func has(_ kind: Kind, _ name: String) -> Bool { unsafe yolostream_has_part(kind.rawValue, name) != 0 }

  /// The version of FFmpeg.
  package static var version: String { unsafe av_version_info().map { unsafe String(cString: $0) } ?? "unknown" }
}
