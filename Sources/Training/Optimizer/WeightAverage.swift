import Foundation

/// Exponential moving average of all parameters, running statistics included. It is what is validated and saved.
package struct WeightAverage: Sendable {
  /// The average, laid out as the table.
  package let values: FloatBuffer
  /// Updates so far.
  package var updates = 0
  /// Final decay per update.
  package var decay: Double
  /// Updates over which the decay rises to its final value.
  package var ramp: Double

  /// An average that starts as a copy of `parameters`.
  package init(of parameters: FloatBuffer, decay: Double = 0.9999, ramp: Double = 2000) {
    values = FloatBuffer(count: parameters.count)
    values.write(parameters.values(0..<parameters.count))
    self.decay = decay
    self.ramp = ramp
  }

  /// The decay of update `update`, counted from 1.
  package func decay(at update: Int) -> Double { decay * (1 - exp(-Double(update) / ramp)) }

  /// Averages in `parameters` after an optimiser step.
  package mutating func update(_ parameters: FloatBuffer) {
    updates += 1
    let keep = Float(decay(at: updates))
    unsafe parameters.withPointer { p in
      unsafe values.withPointer { e in
        for index in 0..<values.count { unsafe e[index] = e[index] * keep + p[index] * (1 - keep) }
      }
    }
  }
}
