import Kernels

// Readable scalar twins of the vectorised kernels; tests compare both.
extension Normalisation {
  private func each(_ block: normalisation_block, _ body: (Int) -> Void) {
    for image in 0..<block.images {
      for position in 0..<block.positions { body(image * block.image_step + position * block.position_step) }
    }
  }

  private func lanes(_ pointer: Pointer, _ index: Int) -> Lanes {
    unsafe UnsafeRawPointer(pointer + index).loadUnaligned(as: Lanes.self)
  }

  private func set(_ lanes: Lanes, _ pointer: Pointer, _ index: Int = 0) {
    unsafe UnsafeMutableRawPointer(pointer + index).storeBytes(of: lanes, as: Lanes.self)
  }

  func plainStatistics(_ block: normalisation_block, _ x: Pointer, _ mean: Pointer, _ variance: Pointer) {
    let first = unsafe SIMD8<Double>(lanes(x, 0)), count = Double(block.images * block.positions)
    var sum = SIMD8<Double>.zero, squares = SIMD8<Double>.zero
    each(block) { index in
      let difference = unsafe SIMD8<Double>(lanes(x, index)) - first
      sum += difference
      squares += difference * difference
    }
    let shift = sum / count
    unsafe set(Lanes(first + shift), mean)
    unsafe set(Lanes(pointwiseMax(squares / count - shift * shift, .zero)), variance)
  }

  func plainForward(_ block: normalisation_block, _ x: Pointer, _ slope: Lanes, _ offset: Lanes, _ z: Pointer) {
    each(block) { index in
      let y = unsafe lanes(x, index) * slope + offset
      unsafe set(activates ? y / (1 + VectorMath.exp(-y)) : y, z, index)
    }
  }

  func plainInner(
    _ block: normalisation_block, _ x: Pointer, _ slope: Lanes, _ offset: Lanes, _ mean: Lanes, _ dz: Pointer,
    _ dy: Pointer, _ sum: Pointer, _ product: Pointer
  ) {
    var sums = SIMD8<Double>.zero, products = SIMD8<Double>.zero
    each(block) { index in
      let value = unsafe lanes(x, index)
      var gradient = unsafe lanes(dz, index)
      if activates {
        let y = value * slope + offset, p = 1 / (1 + VectorMath.exp(-y))
        gradient *= p * (1 + y * (1 - p))
      }
      unsafe set(gradient, dy, index)
      sums += SIMD8<Double>(gradient)
      products += SIMD8<Double>(gradient * (value - mean))
    }
    unsafe set(Lanes(sums), sum)
    unsafe set(Lanes(products), product)
  }

  func plainOuter(
    _ block: normalisation_block, _ x: Pointer, _ a: Lanes, _ b: Lanes, _ c: Lanes, _ gradient: Pointer
  ) {
    each(block) { index in unsafe set(lanes(gradient, index) * a + (lanes(x, index) * b + c), gradient, index) }
  }
}
