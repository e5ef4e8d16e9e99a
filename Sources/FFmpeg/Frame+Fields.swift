import CFFmpeg

/// Which field of an interlaced frame was captured first.
package enum FieldOrder: Int32, Hashable, Sendable {
  /// The even rows, counted from 0.
  case topFirst = 1
  /// The odd rows.
  case bottomFirst = 2
}

extension Frame {
  /// Whether even and odd rows were captured at different times.
  package var isInterlaced: Bool { unsafe yolostream_is_interlaced(handle) != 0 }

  /// A progressive frame at the time of the earlier field. Rows of the later field are kept where nothing moved since
  /// `before`, the previous frame, and interpolated elsewhere. Only for the formats of `FrameFormat`.
  ///
  /// - Parameter stated: the order of the fields of frames that do not state it.
  package func deinterlaced(after before: Frame?, stated: FieldOrder? = nil) throws(FFmpegError) -> Frame {
    guard let format else { throw FFmpegError(.unsupported, "cannot deinterlace a \(formatName) frame") }
    let result = try Frame(width: width, height: height, format: format)
    try result.copyProperties(of: self)
    let isAlike = before.map { $0.format == format && $0.width == width && $0.height == height } ?? false
    unsafe yolostream_merge_fields(result.handle, handle, isAlike ? before?.handle : nil, stated?.rawValue ?? 0)
    return result
  }
}
