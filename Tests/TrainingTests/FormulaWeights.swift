import Foundation
import GELAN

@testable import Training

/// The numbers of the reference networks, which come from a formula instead of a file.
enum FormulaWeights {
  static func hash(_ name: String) -> UInt64 {
    name.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
  }

  static func unit(_ hash: UInt64, _ index: Int) -> Double {
    var z = hash &+ UInt64(index + 1) &* 0x9E37_79B9_7F4A_7C15
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    z = z ^ (z >> 31)
    return Double(z >> 11) * 0x1p-53
  }

  static func stream(_ name: String, _ count: Int) -> [Double] {
    let h = hash(name)
    return (0..<count).map { 2 * unit(h, $0) - 1 }
  }

  static func image(_ n: Int, _ height: Int, _ width: Int) -> [Float] {
    let pixel = hash("input.pixel"), block = hash("input.block")
    let rows = (height + 15) / 16, columns = (width + 15) / 16
    var values: [Float] = []
    for plane in 0..<n * 3 {
      for y in 0..<height {
        for x in 0..<width {
          let p = unit(pixel, (plane * height + y) * width + x)
          let b = unit(block, (plane * rows + y / 16) * columns + x / 16)
          values.append(Float(0.75 * b + 0.25 * p))
        }
      }
    }
    return values
  }

  /// The training set of `table`, with the weights' parameters as the fixture states them.
  static func training(_ table: ParameterTable, layers: Int, set: [String: Double]) -> FloatBuffer {
    let buffer = FloatBuffer(count: table.count)
    func value(_ name: String) -> Double { set[name] ?? 0 }
    for entry in table.entries {
      let s = stream(entry.name, entry.range.count)
      var values = [Float](repeating: 0, count: s.count)
      let isHead = entry.name.hasPrefix("model.\(layers).")
      let isLastHead = isHead && (entry.name.hasSuffix(".2.weight") || entry.name.hasSuffix(".2.bias"))
      if entry.shape.count == 4 {
        let filter = entry.shape[1] * entry.shape[2] * entry.shape[3]
        var gain = value("gain")
        if entry.name.contains(".m.") { gain = value("gain_m") }
        if isLastHead { gain = value("gain_head") }
        let scale = gain * (3 / Double(filter)).squareRoot()
        for out in 0..<entry.shape[0] {
          let part = s[out * filter..<(out + 1) * filter]
          let mean = part.reduce(0, +) / Double(filter)
          for i in part.indices { values[i] = Float((s[i] - value("dc") * mean) * scale) }
        }
      } else if isLastHead {
        let isBox = entry.name.contains(".cv2.") || entry.name.contains(".cv4.")
        for i in s.indices {
          let bin = Double(i % 16) - value("box_peak")
          values[i] = Float(value("bias") * s[i]) + Float(isBox ? max(-8, -0.5 * bin * bin) : value("cls_bias0"))
        }
      } else {
        for i in s.indices {
          switch true {
          case entry.name.hasSuffix("bn.weight"): values[i] = Float(value("gamma0") + value("gamma") * s[i])
          case entry.name.hasSuffix("bn.bias"): values[i] = Float(value("beta0") + value("beta") * s[i])
          case entry.name.hasSuffix("running_mean"): values[i] = Float(value("mean") * s[i])
          case entry.name.hasSuffix("running_var"): values[i] = Float(1 + value("var") * s[i])
          default: values[i] = Float(value("bias") * s[i])
          }
        }
      }
      buffer.write(values, at: entry.range.lowerBound)
    }
    return buffer
  }
}
