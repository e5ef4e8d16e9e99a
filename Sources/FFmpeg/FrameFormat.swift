import CFFmpeg

/// The 8-bit pixel formats that this package supports without conversion.
package enum FrameFormat: String, Hashable, Sendable, CaseIterable {
  /// 4:2:0, planes Y, U, V.
  case yuv420p
  /// 4:2:2, planes Y, U, V.
  case yuv422p
  /// 4:4:0, planes Y, U, V, as in JPEGs that were rotated losslessly.
  case yuv440p
  /// 4:4:4, planes Y, U, V.
  case yuv444p
  /// 4:2:0, plane Y, then U and V interleaved.
  case nv12
  /// One plane of luma.
  case gray8
  /// One plane of R, G, B triples.
  case rgb24

  /// From libav's number; the `yuvj` formats are the `yuv` ones in full range, which the frame states separately.
  init?(code: AVPixelFormat) {
    switch code {
    case AV_PIX_FMT_YUV420P, AV_PIX_FMT_YUVJ420P: self = .yuv420p
    case AV_PIX_FMT_YUV422P, AV_PIX_FMT_YUVJ422P: self = .yuv422p
    case AV_PIX_FMT_YUV440P, AV_PIX_FMT_YUVJ440P: self = .yuv440p
    case AV_PIX_FMT_YUV444P, AV_PIX_FMT_YUVJ444P: self = .yuv444p
    case AV_PIX_FMT_NV12: self = .nv12
    case AV_PIX_FMT_GRAY8: self = .gray8
    case AV_PIX_FMT_RGB24: self = .rgb24
    default: return nil
    }
  }

  var code: AVPixelFormat {
    switch self {
    case .yuv420p: AV_PIX_FMT_YUV420P
    case .yuv422p: AV_PIX_FMT_YUV422P
    case .yuv440p: AV_PIX_FMT_YUV440P
    case .yuv444p: AV_PIX_FMT_YUV444P
    case .nv12: AV_PIX_FMT_NV12
    case .gray8: AV_PIX_FMT_GRAY8
    case .rgb24: AV_PIX_FMT_RGB24
    }
  }

  /// Number of planes.
  var planeCount: Int {
    switch self {
    case .yuv420p, .yuv422p, .yuv440p, .yuv444p: 3
    case .nv12: 2
    case .gray8, .rgb24: 1
    }
  }
}
