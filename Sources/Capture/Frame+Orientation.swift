import FFmpeg

extension Frame {
  /// A new frame, mirrored left to right if required, then rotated clockwise, so that it is upright.
  func shown(_ orientation: FrameOrientation) throws(FFmpegError) -> Frame {
    guard let format else { throw FFmpegError(.unsupported, "cannot turn a \(formatName) frame") }
    let isUpright = !orientation.isOnItsSide
    let result = try Frame(
      width: isUpright ? width : height, height: isUpright ? height : width,
      format: isUpright ? format : format.onItsSide)
    try result.copyProperties(of: self)
    for index in 0..<3 {
      guard let from = unsafe plane(index), let to = unsafe result.plane(index) else { break }
      let size = sampleGrid(index)
      unsafe turn(
        from.base, stride: from.stride, columns: size.columns, rows: size.rows, sampleBytes: size.bytes,
        orientation, into: to.base, stride: to.stride)
    }
    return result
  }

  /// Number of samples in plane `index`, and bytes per sample.
  private func sampleGrid(_ index: Int) -> (columns: Int, rows: Int, bytes: Int) {
    let halfWidth = (width + 1) / 2, halfHeight = (height + 1) / 2
    return switch (format, index) {
    case (.rgb24, _): (width, height, 3)
    case (_, 0), (.yuv444p, _): (width, height, 1)
    case (.nv12, _): (halfWidth, halfHeight, 2)
    case (.yuv422p, _): (halfWidth, height, 1)
    case (.yuv440p, _): (width, halfHeight, 1)
    default: (halfWidth, halfHeight, 1)
    }
  }
}

extension FrameFormat {
  /// The sample format after a rotation by 90°.
  fileprivate var onItsSide: FrameFormat {
    switch self {
    case .yuv422p: .yuv440p
    case .yuv440p: .yuv422p
    default: self
    }
  }
}

/// Mirrors and rotates one plane in blocks of 16 × 16, so that both sides stay in the cache.
private func turn(
  _ source: UnsafeMutablePointer<UInt8>, stride sourceStride: Int, columns: Int, rows: Int, sampleBytes: Int,
  _ orientation: FrameOrientation, into target: UnsafeMutablePointer<UInt8>, stride targetStride: Int
) {
  for blockY in stride(from: 0, to: rows, by: 16) {
    for blockX in stride(from: 0, to: columns, by: 16) {
      for y in blockY..<min(blockY + 16, rows) {
        for x in blockX..<min(blockX + 16, columns) {
          let across = orientation.isMirrored ? columns - 1 - x : x
          let (toX, toY) =
            switch orientation.quarterTurns {
            case 0: (across, y)
            case 1: (rows - 1 - y, across)
            case 2: (columns - 1 - across, rows - 1 - y)
            default: (y, columns - 1 - across)
            }
          let from = y * sourceStride + x * sampleBytes
          let to = toY * targetStride + toX * sampleBytes
          for byte in 0..<sampleBytes { unsafe target[to + byte] = unsafe source[from + byte] }
        }
      }
    }
  }
}
