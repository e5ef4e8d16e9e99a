import COneDNN

/// Products of row-major f32 matrices, on the calling thread's team.
package enum MatrixProduct {
  /// `target` (rows × columns) = `left` (rows × depth) · `right` (depth × columns); each factor may be stored
  /// transposed. `target` must not overlap the factors.
  @unsafe
  package static func multiply(
    _ left: UnsafePointer<Float>, _ right: UnsafePointer<Float>, rows: Int, columns: Int, depth: Int,
    isLeftTransposed: Bool = false, isRightTransposed: Bool = false, into target: UnsafeMutablePointer<Float>
  ) throws(OneDNNError) {
    let plain = CChar(UInt8(ascii: "N")), transposed = CChar(UInt8(ascii: "T"))
    try unsafe check(
      dnnl_sgemm(
        isLeftTransposed ? transposed : plain, isRightTransposed ? transposed : plain, dnnl_dim_t(rows),
        dnnl_dim_t(columns), dnnl_dim_t(depth), 1, left, dnnl_dim_t(isLeftTransposed ? rows : depth), right,
        dnnl_dim_t(isRightTransposed ? depth : columns), 0, target, dnnl_dim_t(columns)),
      "a product of matrices of \(rows)x\(depth) and \(depth)x\(columns)")
  }
}
