import CFFmpeg

/// The colour encoding of a YUV frame.
package struct FrameColour: Hashable, Sendable {
  /// Luma coefficients.
  package enum Matrix: Hashable, Sendable { case bt601, bt709, bt2020 }
  /// Luma coefficients.
  package var matrix: Matrix
  /// Samples use the full range 0...255 (JPEG) rather than 16...235 and 16...240.
  package var isFullRange: Bool

  /// An encoding with luma coefficients `matrix`.
  package init(matrix: Matrix, isFullRange: Bool) {
    self.matrix = matrix
    self.isFullRange = isFullRange
  }

  var space: AVColorSpace {
    switch matrix {
    case .bt601: AVCOL_SPC_SMPTE170M
    case .bt709: AVCOL_SPC_BT709
    case .bt2020: AVCOL_SPC_BT2020_NCL
    }
  }

  var range: AVColorRange { isFullRange ? AVCOL_RANGE_JPEG : AVCOL_RANGE_MPEG }

  /// libswscale's table for the matrix.
  var scalerTable: Int32 {
    switch matrix {
    case .bt601: SWS_CS_ITU601
    case .bt709: SWS_CS_ITU709
    case .bt2020: SWS_CS_BT2020
    }
  }
}

/// Colour primaries and transfer characteristics in libav's numbers (ITU-T H.273). They are passed from a source to
/// its outputs, so that players show HDR and wide gamuts correctly.
package struct ColourMetadata: Hashable, Sendable {
  let primaries: UInt32
  let transfer: UInt32

  /// No information.
  package static let unspecified = ColourMetadata(
    primaries: AVCOL_PRI_UNSPECIFIED.rawValue, transfer: AVCOL_TRC_UNSPECIFIED.rawValue)
}

extension Frame {
  /// Whether its samples are brightness only, with or without alpha.
  private var isGrey: Bool {
    let components = unsafe av_pix_fmt_desc_get(AVPixelFormat(handle.pointee.format))?.pointee.nb_components ?? 3
    return components <= 2 && !isRGB
  }

  /// Primaries and transfer characteristics of the frame.
  package var colourMetadata: ColourMetadata {
    unsafe ColourMetadata(
      primaries: handle.pointee.color_primaries.rawValue, transfer: handle.pointee.color_trc.rawValue)
  }

  /// The colour encoding of the frame. If unspecified it is BT.601 below 720 rows and BT.709 from there on, as
  /// players assume; JPEG formats are full range, and BT.601 if unspecified. Grey is full range if unspecified, as in
  /// libswscale: PGM and TIFF do not state it.
  package var colour: FrameColour {
    get {
      let isJPEG =
        switch AVPixelFormat(unsafe handle.pointee.format) {
        case AV_PIX_FMT_YUVJ420P, AV_PIX_FMT_YUVJ422P, AV_PIX_FMT_YUVJ444P, AV_PIX_FMT_YUVJ440P, AV_PIX_FMT_YUVJ411P:
          true
        default: false
        }
      let matrix: FrameColour.Matrix =
        switch unsafe handle.pointee.colorspace {
        case AVCOL_SPC_BT709: .bt709
        case AVCOL_SPC_BT2020_NCL, AVCOL_SPC_BT2020_CL: .bt2020
        case AVCOL_SPC_UNSPECIFIED, AVCOL_SPC_RESERVED: !isJPEG && height >= 720 ? .bt709 : .bt601
        default: .bt601
        }
      let range = unsafe handle.pointee.color_range
      return FrameColour(
        matrix: matrix,
        isFullRange: isJPEG || range == AVCOL_RANGE_JPEG || (range == AVCOL_RANGE_UNSPECIFIED && isGrey))
    }
    set {
      unsafe handle.pointee.colorspace = newValue.space
      unsafe handle.pointee.color_range = newValue.range
    }
  }
}
