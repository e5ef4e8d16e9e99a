import CFFmpeg

/// Which of the two fields of an interlaced frame was taken first.
public enum FieldOrder: Int32, Hashable, Sendable {
  /// The even rows, counted from 0.
  case topFirst = 1
  /// The odd rows.
  case bottomFirst = 2
}

extension Frame {
  /// Whether its even and odd rows were taken at two moments.
  public var isInterlaced: Bool { unsafe yolostream_is_interlaced(handle) != 0 }

  /// A frame of one moment, that of the earlier field: rows of the later one stay where nothing moved since `before`, the
  /// frame before this one, and are made from their neighbours elsewhere. For the formats of `FrameFormat` only.
  ///
  /// - Parameter stated: the order of the fields where the frame does not say it.
  public func deinterlaced(after before: Frame?, stated: FieldOrder? = nil) throws(FFmpegError) -> Frame {
    guard let format else { throw FFmpegError(.unsupported, "cannot deinterlace a \(formatName) frame") }
    let result = try Frame(width: width, height: height, format: format)
    try result.copyProperties(of: self)
    let isAlike = before.map { $0.format == format && $0.width == width && $0.height == height } ?? false
    unsafe yolostream_merge_fields(result.handle, handle, isAlike ? before?.handle : nil, stated?.rawValue ?? 0)
    return result
  }
}
