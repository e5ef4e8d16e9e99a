import Kernels

/// Batch normalisation with batch statistics and the activation behind it, forward and backward, as one step: y = (x
/// − mean) / √(variance + ε) · scale + shift, then optionally SiLU, y · σ(y).
///
/// oneDNN has both as separate primitives. Fused they traverse memory half as often, and the normalised tensor need
/// not be kept: the backward pass recomputes it from the output of the convolution. The plain form is the reference;
/// the vectorised form gives the same up to rounding.
struct Normalisation {
  /// Added to the variance under the root.
  static let epsilon: Float = 1e-3

  /// Batch × channels × height × width, in blocks of `block` (8 or 16) channels.
  let shape: [Int]
  let block: Int
  /// Whether SiLU follows.
  let activates: Bool
  var usesVectors = true

  typealias Lanes = SIMD8<Float>
  typealias Pointer = UnsafeMutablePointer<Float>

  /// Allocated length of a per-channel vector of `channels` floats.
  static func paddedCount(_ channels: Int) -> Int { (channels + 15) / 16 * 16 }

  /// Groups of eight channels: their offsets in a tensor and in a per-channel vector.
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

  /// The linear function from x to y: slope and offset of eight channels.
  private static func line(
    scale: Pointer, shift: Pointer, mean: Pointer, variance: Pointer
  ) -> (slope: Lanes, offset: Lanes, root: Lanes) {
    let root = unsafe 1 / (load(variance) + epsilon).squareRoot()
    let slope = unsafe load(scale) * root
    return unsafe (slope, load(shift) - load(mean) * slope, root)
  }

  /// `source`, `scale`, `shift` → `target`, `mean`, `variance` (biased).
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

  /// `source`, `scale`, `shift`, `mean`, `variance` and the gradient `outer` of the target → the gradient `inner` of
  /// the source (separate memory), `scaleGradient`, `shiftGradient`.
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
      // With n = (x − mean) / √(variance + ε): dx = slope · (dy − mean(dy) − n · mean(dy · n)), a linear function of
      // dy and x.
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
