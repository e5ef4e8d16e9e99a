import CFFmpeg

/// The arrangements of 8-bit samples that the house works on without converting.
public enum FrameFormat: String, Hashable, Sendable, CaseIterable {
  /// Planes Y, U, V; chroma halved both ways.
  case yuv420p
  /// Planes Y, U, V; chroma halved horizontally.
  case yuv422p
  /// Planes Y, U, V; chroma halved vertically, as in JPEGs that were turned without decoding.
  case yuv440p
  /// Planes Y, U, V at full size.
  case yuv444p
  /// Plane Y, then U and V interleaved, halved both ways.
  case nv12
  /// One plane of grey.
  case gray8
  /// One plane of R, G, B triples.
  case rgb24

  /// Reads libav's number; the `yuvj` formats are the `yuv` ones in full range, which a frame says elsewhere.
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
