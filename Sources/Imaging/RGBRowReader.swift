/// Reads any row of a picture as planar R, G, B of the picture's own size.
///
/// Chroma that is shared by several pixels is used for each of them as it is (no filtering), which is what FFmpeg's scaler
/// and therefore every decoder-to-RGB path of the reference implementations does.
struct RGBRowReader {
  private let layout: PixelLayout
  private let coefficients: YUVCoefficients
  private let rows: PixelRows
  /// Chroma of grey.
  private let neutral: ScratchMemory<UInt8>
  /// The row that was read last.
  let row: PlanarRow<UInt8>

  init(layout: PixelLayout, rows: PixelRows) {
    self.layout = layout
    self.rows = rows
    coefficients = YUVCoefficients(layout.colour)
    neutral = ScratchMemory(count: (layout.width + 1) / 2 + 32, of: 128)
    row = PlanarRow(width: layout.width, of: 0)
  }

  /// Reads row `y` of `view`, which is of the reader's layout, into `row`.
  func read(_ y: Int, of view: borrowing ImageView) {
    let width = layout.width
    let first = unsafe view.planes[0].base + y * view.planes[0].stride
    switch layout.format {
    case .rgb24: unsafe rows.split(first, width: width, to: row)
    case .gray8:
      unsafe rows.yuv(first, neutral.base, neutral.base, chroma: .halved, width: width, coefficients, to: row)
    case .nv12:
      let both = unsafe view.planes[1].base + y / 2 * view.planes[1].stride
      unsafe rows.yuv(first, both, both + 1, chroma: .halvedInterleaved, width: width, coefficients, to: row)
    case .yuv420p, .yuv422p, .yuv444p:
      let chromaRow = layout.format == .yuv420p ? y / 2 : y
      let u = unsafe view.planes[1].base + chromaRow * view.planes[1].stride
      let v = unsafe view.planes[2].base + chromaRow * view.planes[2].stride
      unsafe rows.yuv(
        first, u, v, chroma: layout.format == .yuv444p ? .full : .halved, width: width, coefficients, to: row)
    }
  }
}
