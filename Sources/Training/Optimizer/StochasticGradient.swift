/// Stochastic gradient descent with Nesterov momentum, as PyTorch computes it: `g ← clip(g) + decay · p`,
/// `m ← μ · m + g` (the first time `m = g`), `p ← p − rate · (g + μ · m)`.
///
/// With the method `muon` convolution kernels move by the orthogonalised `g + μ · m` (`Orthogonalisation`).
package struct StochasticGradient: Sendable {
  /// How convolution kernels are updated; everything else always uses SGD.
  package enum Method: String, Hashable, Sendable, CaseIterable {
    /// By the formula above.
    case sgd
    /// By orthogonalised steps of constant length.
    case muon
  }

  /// Largest norm of the whole gradient; longer ones are scaled down to it.
  package var largestNorm: Double = 10
  /// Weight decay of the convolution kernels, already scaled to the batch.
  package var decay: Double
  /// Optimiser steps taken.
  package var steps = 0
  /// Momentum of every tensor, laid out as the table.
  package let momentum: FloatBuffer
  /// Root mean square of an orthogonalised update, as a multiple of the learning rate.
  package var orthogonalLength = 0.045
  /// Weight decay of an orthogonalised update, as a multiple of the learning rate.
  package var orthogonalDecay = 0.003
  private let orthogonal: OrthogonalSteps?

  /// An optimiser for tensors laid out as `table`, with weight decay `decay`.
  package init(table: ParameterTable, decay: Double, method: Method = .sgd) {
    self.decay = decay
    momentum = FloatBuffer(count: table.count)
    orthogonal = method == .muon ? OrthogonalSteps(table: table) : nil
  }

  /// Norm of the whole gradient.
  package static func norm(_ gradient: FloatBuffer) -> Double {
    var sum = 0.0
    unsafe gradient.withPointer { pointer in
      // Partial sums of 4096 values in single precision, added in double: fast, and exact enough for clipping.
      var start = 0
      while start < gradient.count {
        let end = min(start + 4096, gradient.count)
        var lanes = SIMD8<Float>.zero
        var index = start
        while index + 8 <= end {
          let g = unsafe UnsafeRawPointer(pointer + index).loadUnaligned(as: SIMD8<Float>.self)
          lanes += g * g
          index += 8
        }
        while index < end {
          unsafe lanes[0] += pointer[index] * pointer[index]
          index += 1
        }
        sum += Double(lanes.sum())
        start = end
      }
    }
    return sum.squareRoot()
  }

  /// One optimiser step: updates `parameters` by `gradient` at `rates` and returns the norm before clipping.
  ///
  /// Nothing is updated if the norm is not finite.
  @discardableResult
  package mutating func step(
    _ parameters: FloatBuffer, gradient: FloatBuffer, table: ParameterTable, rates: LearningSchedule.Rates
  ) -> Double {
    for entry in table.entries where entry.role == .frozen { for index in entry.range { gradient[index] = 0 } }
    let norm = Self.norm(gradient)
    guard norm.isFinite else { return norm }
    let clip = Float(min(1, largestNorm / (norm + 1e-6)))
    let keep = steps == 0 ? 0 : Float(rates.momentum)
    let look = Float(rates.momentum)
    steps += 1
    let momentum = momentum
    unsafe parameters.withPointer { p in
      unsafe gradient.withPointer { g in
        unsafe momentum.withPointer { m in
          for entry in table.entries where entry.role != .statistic && entry.role != .frozen {
            // Kernels with orthogonalised updates only accumulate momentum here.
            let isHeld = orthogonal?.names.contains(entry.name) ?? false
            let rate = isHeld ? 0 : Float(entry.role == .bias ? rates.bias : rates.weight)
            let decay = entry.role == .weight && !isHeld ? Float(self.decay) : 0
            // Tensors are padded with zeros to whole vectors, so the last vector may exceed the tensor.
            for index in stride(from: entry.range.lowerBound, to: entry.range.upperBound, by: 8) {
              let old = unsafe UnsafeRawPointer(p + index).loadUnaligned(as: SIMD8<Float>.self)
              let slope = unsafe UnsafeRawPointer(g + index).loadUnaligned(as: SIMD8<Float>.self) * clip + old * decay
              let speed = unsafe UnsafeRawPointer(m + index).loadUnaligned(as: SIMD8<Float>.self) * keep + slope
              unsafe UnsafeMutableRawPointer(m + index).storeBytes(of: speed, as: SIMD8<Float>.self)
              let new = old - (slope + speed * look) * rate
              unsafe UnsafeMutableRawPointer(p + index).storeBytes(of: new, as: SIMD8<Float>.self)
            }
          }
        }
      }
    }
    orthogonal?.move(
      parameters, gradient: gradient, clip: clip, momentum: momentum, look: look,
      step: Float(rates.weight * orthogonalLength), keep: Float(1 - rates.weight * orthogonalDecay))
    return norm
  }
}
