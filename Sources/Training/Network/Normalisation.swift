import Kernels

/// Batch normalisation by the statistics of the batch itself and the activation behind it, forward and backward, as one
/// step: y = (x − mean) / √(variance + ε) · scale + shift, then y or y · σ(y).
///
/// The library has both as steps of their own; together they walk over memory half as often, and the normalised tensor
/// need not be kept: the backward pass works it out again from the convolution's result. The plain form is what is meant;
/// the vector form gives the same up to rounding.
struct Normalisation {
  /// Constant under the root.
  static let epsilon: Float = 1e-3

  /// Batch × channels × height × width, channels in blocks of `block` (8 or 16).
  let shape: [Int]
  let block: Int
  /// Whether SiLU follows.
  let activates: Bool
  var usesVectors = true

  typealias Lanes = SIMD8<Float>
  typealias Pointer = UnsafeMutablePointer<Float>

  /// Floats that each vector of per-channel numbers must have room for.
  static func paddedCount(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }

  /// Eight channels: where they start in a tensor and in a vector.
  private var groups: [(tensor: Int, vector: Int)] {
    let positions = shape[2] * shape[3]
    return stride(from: 0, to: (shape[1] + block - 1) / block * block, by: 8).map { channel in
      (channel / block * positions * block + channel % block, channel)
    }
  }

  private var native: normalisation_block {
    let positions = shape[2] * shape[3]
    return normalisation_block(
      images: shape[0], image_step: (shape[1] + block - 1) / block * block * positions, positions: positions,
      position_step: block)
  }

  private static func load(_ pointer: Pointer) -> Lanes {
    unsafe UnsafeRawPointer(pointer).loadUnaligned(as: Lanes.self)
  }

  private static func store(_ lanes: Lanes, _ pointer: Pointer) {
    unsafe UnsafeMutableRawPointer(pointer).storeBytes(of: lanes, as: Lanes.self)
  }

  /// What turns x into y: slope and offset of eight channels.
  private static func line(
    scale: Pointer, shift: Pointer, mean: Pointer, variance: Pointer
  ) -> (slope: Lanes, offset: Lanes, root: Lanes) {
    let root = unsafe 1 / (load(variance) + epsilon).squareRoot()
    let slope = unsafe load(scale) * root
    return unsafe (slope, load(shift) - load(mean) * slope, root)
  }

  /// `source`, `scale`, `shift` → `target`, `mean`, `variance` (the biased one).
  func forward(source: Pointer, scale: Pointer, shift: Pointer, target: Pointer, mean: Pointer, variance: Pointer) {
    var native = native
    for group in groups {
      let x = unsafe source + group.tensor, z = unsafe target + group.tensor
      let m = unsafe mean + group.vector, v = unsafe variance + group.vector
      unsafe usesVectors ? normalisation_statistics(&native, x, m, v) : plainStatistics(native, x, m, v)
      var (slope, offset, _) = unsafe Self.line(
        scale: scale + group.vector, shift: shift + group.vector, mean: m, variance: v)
      guard usesVectors else {
        unsafe plainForward(native, x, slope, offset, z)
        continue
      }
      unsafe withUnsafePointers(&slope, &offset) { unsafe normalisation_forward(&native, x, $0, $1, activates, z) }
    }
  }

  /// `source`, `scale`, `shift`, `mean`, `variance`, gradient by the target `outer` → gradient by the source `inner`
  /// (not the same memory), `scaleGradient`, `shiftGradient`.
  func backward(
    source: Pointer, scale: Pointer, shift: Pointer, mean: Pointer, variance: Pointer, outer: Pointer, inner: Pointer,
    scaleGradient: Pointer, shiftGradient: Pointer
  ) {
    var native = native
    let count = Float(shape[0] * shape[2] * shape[3])
    for group in groups {
      let x = unsafe source + group.tensor, dz = unsafe outer + group.tensor, dx = unsafe inner + group.tensor
      let m = unsafe mean + group.vector
      var (slope, offset, root) = unsafe Self.line(
        scale: scale + group.vector, shift: shift + group.vector, mean: m, variance: variance + group.vector)
      let sum = unsafe shiftGradient + group.vector, product = unsafe scaleGradient + group.vector
      if usesVectors {
        unsafe withUnsafePointers(&slope, &offset) {
          unsafe normalisation_inner(&native, x, $0, $1, m, activates, dz, dx, sum, product)
        }
      } else {
        unsafe plainInner(native, x, slope, offset, Self.load(m), dz, dx, sum, product)
      }
      // The product with x − mean becomes that with the normalised value; then
      // dx = slope · (dy − mean(dy) − normalised · mean(dy · normalised)), as a line in dy and x.
      let scaled = unsafe Self.load(product) * root
      unsafe Self.store(scaled, product)
      var bySource = -slope * root * scaled / count
      var constant = unsafe -slope * Self.load(sum) / count - bySource * Self.load(m)
      guard usesVectors else {
        unsafe plainOuter(native, x, slope, bySource, constant, dx)
        continue
      }
      unsafe withUnsafePointers(&slope, &bySource) { a, b in
        unsafe withUnsafePointers(&constant, &offset) { c, _ in unsafe normalisation_outer(&native, x, a, b, c, dx) }
      }
    }
  }

  private func withUnsafePointers(
    _ a: inout Lanes, _ b: inout Lanes, _ body: (UnsafePointer<Float>, UnsafePointer<Float>) -> Void
  ) {
    unsafe withUnsafeBytes(of: &a) { a in
      unsafe withUnsafeBytes(of: &b) { b in
        unsafe body(
          a.baseAddress!.assumingMemoryBound(to: Float.self), b.baseAddress!.assumingMemoryBound(to: Float.self))
      }
    }
  }
}
