import FFmpeg
import V4L2

extension Packet {
  /// Copies a frame of a camera. Rows that the driver has padded are packed, as decoders expect.
  convenience init(copying bytes: RawSpan, of format: CaptureFormat) throws(FFmpegError) {
    let planes = format.planes
    guard planes.contains(where: { $0.stride != $0.rowBytes }) else {
      try self.init(copying: bytes)
      return
    }
    var tight: [UInt8] = []
    tight.reserveCapacity(planes.reduce(0) { $0 + $1.rowBytes * $1.rows })
    var start = 0
    for plane in planes {
      for row in 0..<plane.rows {
        let begin = start + row * plane.stride
        guard begin + plane.rowBytes <= bytes.byteCount else {
          throw FFmpegError(.invalidData, "a frame of the camera ends early")
        }
        for place in begin..<begin + plane.rowBytes {
          unsafe tight.append(bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self))
        }
      }
      start += plane.stride * plane.rows
    }
    try unsafe self.init(copying: tight.span.bytes)
  }
}

extension CaptureFormat {
  /// For each plane: used bytes per row, stride in bytes, and rows; empty for compressed formats.
  var planes: [(rowBytes: Int, stride: Int, rows: Int)] {
    let width = size.width, height = size.height
    let half = (width + 1) / 2, halfRows = (height + 1) / 2
    // Some drivers state no stride, or less than a row has.
    let rowBytes = max(rowBytes, [.yuyv, .uyvy].contains(format) ? half * 4 : width)
    let chromaBytes = max(rowBytes / 2, half)
    return switch format {
    case .yuyv, .uyvy: [(half * 4, rowBytes, height)]
    case .nv12: [(width, rowBytes, height), (half * 2, max(rowBytes, half * 2), halfRows)]
    case .yu12: [(width, rowBytes, height), (half, chromaBytes, halfRows), (half, chromaBytes, halfRows)]
    case .grey: [(width, rowBytes, height)]
    default: []
    }
  }

  /// Which field is the earlier one; `nil` for progressive frames, and for compressed ones, which state it themselves.
  var fieldOrder: FieldOrder? {
    guard !format.isCompressed else { return nil }
    return switch fields {
    case .progressive: nil
    case .topFirst: .topFirst
    case .bottomFirst: .bottomFirst
    }
  }
}

extension StreamParameters {
  /// Parameters of the decoder for a camera's frames.
  convenience init(camera: CaptureFormat) throws(FFmpegError) {
    let width = camera.size.width, height = camera.size.height
    switch camera.format {
    case .mjpeg, .jpeg: try self.init(codecNamed: "mjpeg")
    case .h264: try self.init(codecNamed: "h264")
    case .yuyv: try self.init(rawVideo: "yuyv422", width: width, height: height)
    case .uyvy: try self.init(rawVideo: "uyvy422", width: width, height: height)
    case .nv12: try self.init(rawVideo: "nv12", width: width, height: height)
    case .yu12: try self.init(rawVideo: "yuv420p", width: width, height: height)
    case .grey: try self.init(rawVideo: "gray", width: width, height: height)
    default: throw FFmpegError(.unsupported, "cannot decode the camera's \(camera.format)")
    }
  }
}
