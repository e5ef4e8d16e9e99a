import OneDNN

/// Approximates the nearest orthogonal matrix: U·Vᵀ of the singular value decomposition U·S·Vᵀ.
///
/// The Newton-Schulz iteration of Muon (K. Jordan and others, "Muon: an optimizer for hidden layers in neural
/// networks", 2024), with its coefficients: five rounds of a polynomial that pushes every singular value towards 1.
/// All rounds multiply the matrix by polynomials of its small Gram matrix, so they are computed on that; the matrix
/// itself, which may be much longer than wide, is multiplied only at the start and at the end.
struct Orthogonalisation {
  private static let rounds = 5
  private static let (first, third, fifth): (Float, Float, Float) = (3.4445, -4.7750, 2.0315)

  let rows: Int
  let columns: Int
  private var side: Int { min(rows, columns) }

  init(rows: Int, columns: Int) {
    self.rows = rows
    self.columns = columns
  }

  /// Writes the direction of `source` (rows × columns) to `target`, which must be separate memory; normalises
  /// `source`.
  @unsafe
  func apply(to source: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Float>) throws(OneDNNError) {
    var squares: Float = 0
    for index in 0..<rows * columns { unsafe squares += source[index] * source[index] }
    let shrink = 1 / (squares.squareRoot() + 1e-12)
    for index in 0..<rows * columns { unsafe source[index] *= shrink }
    let isTall = rows > columns
    let area = side * side
    let scratch = FloatBuffer(count: 5 * area)
    defer { withExtendedLifetime(scratch) {} }
    let gram = unsafe scratch.withPointer { unsafe $0 }
    let square = unsafe gram + area, polynomial = unsafe gram + 2 * area
    var product = unsafe gram + 3 * area, other = unsafe gram + 4 * area
    try unsafe MatrixProduct.multiply(
      source, source, rows: side, columns: side, depth: max(rows, columns), isLeftTransposed: isTall,
      isRightTransposed: !isTall, into: gram)
    for round in 0..<Self.rounds {
      try unsafe multiply(gram, gram, into: square)
      for index in 0..<area { unsafe polynomial[index] = Self.third * gram[index] + Self.fifth * square[index] }
      for index in 0..<side { unsafe polynomial[index * (side + 1)] += Self.first }
      if round == 0 {
        unsafe product.update(from: polynomial, count: area)
      } else {
        try unsafe multiply(polynomial, product, into: other)
        unsafe swap(&product, &other)
      }
      guard round + 1 < Self.rounds else { break }
      try unsafe multiply(polynomial, gram, into: square)
      try unsafe multiply(square, polynomial, into: gram)
    }
    let (left, right) = unsafe isTall ? (source, product) : (product, source)
    try unsafe MatrixProduct.multiply(left, right, rows: rows, columns: columns, depth: side, into: target)
  }

  /// `left` · `right`, both side × side.
  @unsafe
  private func multiply(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) throws(OneDNNError) {
    try unsafe MatrixProduct.multiply(left, right, rows: side, columns: side, depth: side, into: target)
  }
}
