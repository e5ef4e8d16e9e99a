import Imaging
import Testing

@testable import Training

/// The vector form of normalisation against the plain one, and the plain one against finite differences.
@Suite struct `Normalisation with its activation` {
  struct Case: Sendable {
    var shape: [Int]
    var block: Int
    var activates: Bool
  }

  static let cases = [
    Case(shape: [2, 8, 3, 5], block: 8, activates: true), Case(shape: [1, 20, 7, 1], block: 8, activates: false),
    Case(shape: [3, 24, 4, 9], block: 16, activates: true), Case(shape: [1, 16, 1, 2], block: 16, activates: false),
  ]

  /// All operands of both passes.
  final class Operands {
    let example: Case
    let source: FloatBuffer, outer: FloatBuffer, target: FloatBuffer, inner: FloatBuffer
    let scale: FloatBuffer, shift: FloatBuffer, mean: FloatBuffer, variance: FloatBuffer
    let scaleGradient: FloatBuffer, shiftGradient: FloatBuffer

    init(_ example: Case) {
      self.example = example
      let shape = example.shape
      let padded = (shape[1] + example.block - 1) / example.block * example.block
      let count = shape[0] * padded * shape[2] * shape[3], vector = Normalisation.paddedCount(shape[1])
      (source, outer) = (FloatBuffer(count: count), FloatBuffer(count: count))
      (target, inner) = (FloatBuffer(count: count), FloatBuffer(count: count))
      (scale, shift) = (FloatBuffer(count: vector), FloatBuffer(count: vector))
      (mean, variance) = (FloatBuffer(count: vector), FloatBuffer(count: vector))
      (scaleGradient, shiftGradient) = (FloatBuffer(count: vector), FloatBuffer(count: vector))
      var random = SampleRandom(seed: 1, epoch: 0, index: 0)
      let positions = shape[2] * shape[3]
      for index in 0..<count {
        let inBlock = index % example.block, blockIndex = index / example.block / positions
        guard blockIndex % (padded / example.block) * example.block + inBlock < shape[1] else { continue }
        source[index] = random.uniform(-2, 5)
        outer[index] = random.uniform(-1, 1)
      }
      for channel in 0..<shape[1] {
        scale[channel] = random.uniform(0.5, 2)
        shift[channel] = random.uniform(-1, 1)
      }
    }

    func run(vectors: Bool) {
      var normalisation = Normalisation(shape: example.shape, block: example.block, activates: example.activates)
      normalisation.usesVectors = vectors && normalisation.usesVectors
      func p(_ buffer: FloatBuffer) -> UnsafeMutablePointer<Float> { buffer.withPointer { $0 } }
      normalisation.forward(
        source: p(source), scale: p(scale), shift: p(shift), target: p(target), mean: p(mean), variance: p(variance))
      normalisation.backward(
        source: p(source), scale: p(scale), shift: p(shift), mean: p(mean), variance: p(variance), outer: p(outer),
        inner: p(inner), scaleGradient: p(scaleGradient), shiftGradient: p(shiftGradient))
    }

    /// What the gradients are of.
    var loss: Double { (0..<target.count).reduce(0.0) { $0 + Double(target[$1]) * Double(outer[$1]) } }
    var results: [[Float]] {
      [target, inner, mean, variance, scaleGradient, shiftGradient].map { $0.values(0..<$0.count) }
    }
  }

  @Test(arguments: cases) func `in vectors equals the plain form`(example: Case) {
    let plain = Operands(example), vector = Operands(example)
    plain.run(vectors: false)
    vector.run(vectors: true)
    for (a, b) in zip(plain.results, vector.results) {
      for (x, y) in zip(a, b) { #expect(abs(x - y) <= 2e-5 * max(1, abs(x))) }
    }
  }

  @Test(arguments: cases) func `has the gradients that finite differences give`(example: Case) {
    let operands = Operands(example)
    operands.run(vectors: false)
    let gradients = [operands.inner, operands.scaleGradient, operands.shiftGradient].map { $0.values(0..<$0.count) }
    let step: Float = 1e-2
    for (buffer, gradient) in zip([operands.source, operands.scale, operands.shift], gradients) {
      for index in stride(from: 0, to: min(buffer.count, example.shape[1]), by: 3) {
        let before = buffer[index]
        func loss(_ value: Float) -> Double {
          buffer[index] = value
          operands.run(vectors: false)
          return operands.loss
        }
        guard before != 0 else { continue }
        let slope = (loss(before + step) - loss(before - step)) / Double(2 * step)
        buffer[index] = before
        #expect(abs(slope - Double(gradient[index])) < 5e-3 + 2e-2 * abs(slope))
      }
    }
  }
}

@Suite struct `Colours` {
  @Test func `shift in hue, saturation and value as one by one`() throws {
    var random = SampleRandom(seed: 3, epoch: 0, index: 0)
    let pixels = (0..<3 * 203).map { _ in UInt8(random.index(below: 256)) } + [0, 0, 0, 255, 255, 255, 9, 9, 200]
    let before = try RGBImage(width: pixels.count / 3, height: 1, bytes: pixels)
    for (hue, saturation, value) in [(1.01, 1.5, 0.7), (0.985, 0.4, 1.3), (1, 1.2, 1)] as [(Float, Float, Float)] {
      var image = before
      image.shiftColours(hue: hue, saturation: saturation, value: value)
      for index in stride(from: 0, to: pixels.count, by: 3) {
        let expected = Self.shifted(pixels[index..<index + 3].map(Float.init), hue, saturation, value)
        for channel in 0..<3 { #expect(abs(Float(image.bytes[index + channel]) - expected[channel]) <= 1) }
      }
    }
  }

  /// The textbook way: to the hexagon of hues and back.
  static func shifted(_ rgb: [Float], _ hue: Float, _ saturation: Float, _ value: Float) -> [Float] {
    let high = rgb.max()!, low = rgb.min()!, spread = high - low
    var h: Float = 0
    if spread > 0 {
      if high == rgb[0] {
        h = (rgb[1] - rgb[2]) / spread
      } else if high == rgb[1] {
        h = 2 + (rgb[2] - rgb[0]) / spread
      } else {
        h = 4 + (rgb[0] - rgb[1]) / spread
      }
    }
    if h < 0 { h += 6 }
    h = (h * hue).truncatingRemainder(dividingBy: 6)
    let s = min(1, (high > 0 ? spread / high : 0) * saturation), v = min(255, high * value)
    let f = h - h.rounded(.down)
    let p = v * (1 - s), q = v * (1 - s * f), t = v * (1 - s * (1 - f))
    return [[v, t, p], [q, v, p], [p, v, t], [p, q, v], [t, p, v], [v, p, q]][Int(h)]
  }
}
