/// Bilinear resizing of an image to planar RGB rows, top to bottom, bit-exact to OpenCV's `INTER_LINEAR`.
///
/// Tables and row buffers are created once per pair of sizes; reading rows allocates nothing.
struct BilinearResizer {
  let source: PixelLayout
  let width, height: Int
  /// The latest output row.
  let output: PlanarRow<UInt8>
  let rows: PixelRows
  private let reader: RGBRowReader
  private let columns: ColumnPlan
  private let lines: ResampleTable
  private let shrunk: (PlanarRow<Int16>, PlanarRow<Int16>)
  private var held = (-1, -1)

  init(
    source: PixelLayout, width: Int, height: Int, rule: ResampleTable.Rule = .bilinear, rows: PixelRows = PixelRows()
  ) {
    self.source = source
    self.width = width
    self.height = height
    self.rows = rows
    reader = RGBRowReader(layout: source, rows: rows)
    columns = ColumnPlan(ResampleTable(source: source.width, output: width, axis: .columns, rule: rule))
    lines = ResampleTable(source: source.height, output: height, axis: .rows, rule: rule)
    shrunk = (PlanarRow(width: width, of: 0), PlanarRow(width: width, of: 0))
    output = source.width == width && source.height == height ? reader.row : PlanarRow(width: width, of: 0)
  }

  /// Clears the cached rows; call it before the first row of an image.
  mutating func begin() { held = (-1, -1) }

  /// Computes row `y` of the output.
  mutating func make(_ y: Int, from view: borrowing ImageView) {
    if source.width == width, source.height == height { return reader.read(y, of: view) }
    let upper = Int(lines.first[y]), lower = Int(lines.second[y])
    let weights = lines.weights[y]
    let above = hold(upper, keeping: lower, view)
    let below = hold(lower, keeping: upper, view)
    unsafe rows.blend(above.r, below.r, weights: weights, width: width, to: output.r)
    unsafe rows.blend(above.g, below.g, weights: weights, width: width, to: output.g)
    unsafe rows.blend(above.b, below.b, weights: weights, width: width, to: output.b)
  }

  /// Row `y` of the source at the output's width, cached; a new row replaces the cached one that is not `other`.
  private mutating func hold(_ y: Int, keeping other: Int, _ view: borrowing ImageView) -> PlanarRow<Int16> {
    if held.0 == y { return shrunk.0 }
    if held.1 == y { return shrunk.1 }
    reader.read(y, of: view)
    let place = held.0 == other ? shrunk.1 : shrunk.0
    if held.0 == other { held.1 = y } else { held.0 = y }
    unsafe rows.shrink(reader.row.r, by: columns, to: place.r)
    unsafe rows.shrink(reader.row.g, by: columns, to: place.g)
    unsafe rows.shrink(reader.row.b, by: columns, to: place.b)
    return place
  }
}
