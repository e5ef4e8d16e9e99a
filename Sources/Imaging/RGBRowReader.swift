/// Converts rows of an image to planar RGB at its own size, bit-exact to the reference implementations.
///
/// Video is converted as by FFmpeg's scaler: subsampled chroma is repeated. Images with JPEG's conventions are
/// converted as by libjpeg: chroma is interpolated.
struct RGBRowReader {
  private let layout: PixelLayout
  private let coefficients: YUVCoefficients
  private let jpegCoefficients: JPEGCoefficients
  private let rows: PixelRows
  /// Chroma samples of grey.
  private let neutral: ScratchMemory<UInt8>
  /// One row of chroma at full width; only `g` and `b` are used.
  private let chroma: PlanarRow<UInt8>?
  /// The latest row.
  let row: PlanarRow<UInt8>

  init(layout: PixelLayout, rows: PixelRows) {
    self.layout = layout
    self.rows = rows
    coefficients = YUVCoefficients(layout.colour)
    jpegCoefficients = JPEGCoefficients(layout.colour.matrix)
    neutral = ScratchMemory(count: (layout.width + 1) / 2 + 32, of: 128)
    chroma = layout.colour.isJPEG && layout.format.planeCount == 3 ? PlanarRow(width: layout.width, of: 0) : nil
    row = PlanarRow(width: layout.width, of: 0)
  }

  /// Converts row `y` of `view`, which has the reader's layout.
  func read(_ y: Int, of view: borrowing ImageView) {
    if let chroma { return readJPEG(y, of: view, chroma) }
    let width = layout.width
    let first = unsafe view.planes[0].base + y * view.planes[0].stride
    switch layout.format {
    case .rgb24: unsafe rows.split(first, width: width, to: row)
    case .gray8:
      unsafe rows.yuv(first, neutral.base, neutral.base, chroma: .halved, width: width, coefficients, to: row)
    case .nv12:
      let both = unsafe view.planes[1].base + y / 2 * view.planes[1].stride
      unsafe rows.yuv(first, both, both + 1, chroma: .halvedInterleaved, width: width, coefficients, to: row)
    case .yuv420p, .yuv422p, .yuv440p, .yuv444p:
      let chromaRow = layout.format.halvesRows ? y / 2 : y
      let u = unsafe view.planes[1].base + chromaRow * view.planes[1].stride
      let v = unsafe view.planes[2].base + chromaRow * view.planes[2].stride
      unsafe rows.yuv(
        first, u, v, chroma: layout.format.halvesColumns ? .halved : .full, width: width, coefficients, to: row)
    }
  }

  /// Converts a row of planar YUV with JPEG's conventions, with `chroma` as a scratch row.
  private func readJPEG(_ y: Int, of view: borrowing ImageView, _ chroma: PlanarRow<UInt8>) {
    let first = unsafe view.planes[0].base + y * view.planes[0].stride
    let halvesRows = layout.format.halvesRows, halvesColumns = layout.format.halvesColumns
    let size = layout.planeSize(1)
    let near = halvesRows ? y / 2 : y
    let far = halvesRows ? min(max(near + (y % 2 == 0 ? -1 : 1), 0), size.rows - 1) : near
    func spread(_ plane: ImageView.Plane, _ output: UnsafeMutablePointer<UInt8>) {
      unsafe rows.spread(
        plane.base + near * plane.stride, plane.base + far * plane.stride, count: size.rowBytes,
        sharing: ChromaSharing(isHalvedAcross: halvesColumns, isLowerRow: halvesRows ? y % 2 == 1 : nil), to: output)
    }
    if halvesRows || halvesColumns {
      unsafe spread(view.planes[1], chroma.g)
      unsafe spread(view.planes[2], chroma.b)
      unsafe rows.jpeg(first, chroma.g, chroma.b, width: layout.width, jpegCoefficients, to: row)
    } else {
      let u = unsafe view.planes[1].base + y * view.planes[1].stride
      let v = unsafe view.planes[2].base + y * view.planes[2].stride
      unsafe rows.jpeg(first, u, v, width: layout.width, jpegCoefficients, to: row)
    }
  }
}
