import GELAN
import TestSupport
import Testing

@testable import Inference

/// From the values of tensors to scales, and from scales to models.
@Suite struct CalibrationTests {
  /// Evenly spread numbers 0…1.
  private static func spread(_ count: Int) -> [Float] { (0..<count).map { (Float($0) + 0.5) / Float(count) } }

  private static func histogram(_ values: [Float]) -> ActivationHistogram {
    var histogram = ActivationHistogram()
    var sums = [0.0]
    unsafe values.withUnsafeBufferPointer { unsafe histogram.add($0, sums: &sums) }
    return histogram
  }

  @Test func `a histogram keeps its counts when it grows`() {
    var histogram = ActivationHistogram()
    var sums = [0.0, 0.0]
    for part in [[0.5, -0.25, 3, 1], [-7.5, 100, 0, 0]] as [[Float]] {
      unsafe part.withUnsafeBufferPointer { unsafe histogram.add($0, sums: &sums) }
    }
    #expect(histogram.total == 8 && histogram.low == -7.5 && histogram.high == 100 && histogram.reach == 128)
    #expect(sums == [-4, 100.75])
    #expect(abs(histogram.quantile(0.125) - -7.5) <= histogram.width)
    // What is no number is not counted and does not widen.
    unsafe [Float.infinity, .nan].withUnsafeBufferPointer { unsafe histogram.add($0, sums: &sums) }
    #expect(histogram.total == 8 && histogram.high == 100)
  }

  @Test(arguments: RangeMethod.allCases) func `evenly spread values need their whole range`(method: RangeMethod) {
    let scale = method.scale(for: Self.histogram(Self.spread(100_000).map { $0 * 8 - 2 }))
    #expect(abs(scale.step * 255 - 8) < 0.5, "\(method): \(scale)")
    #expect(abs(Float(scale.zeroPoint) * scale.step - 2) < 0.3)
  }

  /// The squared error of one value that is cut may outweigh all others' gain.
  @Test func `one outlier among many values is cut by methods that look at the many`() {
    let values = Self.spread(200_000).map { $0 * $0 * 4 } + [400]
    let histogram = Self.histogram(values)
    #expect(RangeMethod.minMax.scale(for: histogram).step > 1.5)
    for method in [RangeMethod.percentile, .entropy] {
      #expect(method.scale(for: histogram).step < 0.2, "\(method): \(method.scale(for: histogram))")
    }
  }

  @Test func `squared error finds a range no worse than the others`() {
    let histogram = Self.histogram(Self.spread(50_000).map { $0 * $0 * $0 * $0 * 20 - 0.28 })
    let least = histogram.squaredError(of: RangeMethod.squaredError.scale(for: histogram))
    for method in RangeMethod.allCases {
      #expect(least <= histogram.squaredError(of: method.scale(for: histogram)) * 1.01, "\(method)")
    }
  }

  @Test func `0 has a number of its own, and what is outside is cut`() {
    for (low, high) in [(-0.278, 6), (0, 1), (2, 4), (-3, -1)] as [(Float, Float)] {
      let scale = Quantisation.Scale(low: low, high: high)
      #expect(scale.rounded(0) == 0 && scale.step > 0)
      #expect(scale.rounded(1e9) <= max(high, 0) + scale.step && scale.rounded(-1e9) >= min(low, 0) - scale.step)
    }
    #expect(Quantisation.Scale(low: 0, high: 0).step > 0, "nothing but zeros")
  }

  private static func quantiser() throws -> (Quantiser, Calibration, InferenceModel) {
    let model = try #require(MadeUpModel.make())
    let calibration = try Calibration(model, side: 64, threads: 1)
    for seed in 0..<3 {
      try calibration.observe(input: (0..<(64 * 64 * 3)).map { Float(($0 / 24 * 37 + seed * 91) % 256) })
    }
    return (Quantiser(calibration), calibration, model)
  }

  @Test func `parts of a concatenation and both sides of an addition share a scale`() throws {
    let (quantiser, _, model) = try Self.quantiser()
    let quantised = quantiser.model()
    let scales = try #require(quantised.quantisation).scales(of: model.graph)
    var concatenations = 0, sums = 0
    for node in model.graph.nodes where scales[node.id] != nil {
      switch node.operation {
      case .concatenation:
        concatenations += 1
        #expect(node.inputs.allSatisfy { scales[$0] == scales[node.id] }, "\(node.name)")
      case .sum:
        if let sum = model.graph.fusedSum(at: node) {
          sums += 1
          #expect(scales[sum.addend] == scales[node.id], "\(node.name)")
        }
      default: break
      }
    }
    #expect(concatenations > 0 && sums > 0)
  }

  @Test func `correcting the bias keeps the mean of what a layer gives`() throws {
    let (quantiser, calibration, model) = try Self.quantiser()
    let quantised = quantiser.model()
    var before = 0.0, after = 0.0
    for (node, convolution) in model.graph.quantisable where convolution.groups == 1 {
      let name = convolution.parameters
      let means = try #require(calibration.means(of: node.inputs[0]))
      func numbers(_ model: InferenceModel, _ part: String) -> [Float] {
        model.weights["\(name).\(part)"]?.values ?? []
      }
      let (w, q) = (numbers(model, "weight"), numbers(quantised, "weight"))
      let (b, c) = (numbers(model, "bias"), numbers(quantised, "bias"))
      let area = convolution.window.kernel * convolution.window.kernel
      for output in b.indices {
        var shift = 0.0
        for input in means.indices {
          for tap in 0..<area {
            let index = (output * means.count + input) * area + tap
            shift += Double(q[index] - w[index]) * Double(means[input])
          }
        }
        before += abs(shift)
        after += abs(shift + Double(c[output] - b[output]))
      }
    }
    #expect(before > 0 && after < before * 1e-3, "\(before) \(after)")
  }

  @Test func `the search keeps the worst layers until the model is accurate enough`() throws {
    let (quantiser, _, _) = try Self.quantiser()
    let layers = quantiser.layers, step = layers.count / 8
    var asked: [Int] = []
    func accuracy(_ model: InferenceModel) -> Double {
      let whole = model.quantisation?.weights.count ?? 0
      asked.append(layers.count - whole)
      return 40 - (whole == layers.count ? 3 : whole == layers.count - step ? 1 : 0.2)
    }
    let found = quantiser.search(floor: 39.5, ranking: { layers.reversed() }, accuracy: accuracy)
    #expect(asked == [0, step, 2 * step] && found.accuracy == 39.8)
    #expect(found.kept == Array(layers.reversed().prefix(2 * step)))
    #expect(found.model.quantisation?.weights.count == layers.count - 2 * step)
    // Enough at once: no ranking.
    var isRanked = false
    func ranking() -> [String] {
      isRanked = true
      return layers
    }
    let easy = quantiser.search(floor: 30, ranking: ranking, accuracy: accuracy)
    #expect(easy.kept.isEmpty && !isRanked)
    // Never enough: half are tried, and the best is returned.
    let vain = quantiser.search(floor: 50, ranking: { layers }, accuracy: accuracy)
    #expect(vain.accuracy == 39.8)
  }

  @Test func `the ranking names the layer whose weights were spoilt`() throws {
    let (quantiser, calibration, _) = try Self.quantiser()
    let sensitivity = try Sensitivity(quantiser, calibration, threads: 1)
    let whole = try sensitivity.error(of: quantiser.model())
    #expect(whole > 0 && whole < 0.5, "\(whole)")
    let one = try sensitivity.error(of: quantiser.model(quantising: [quantiser.layers[4]]))
    #expect(one > 0 && one < whole, "\(one) of \(whole)")
    #expect(try sensitivity.error(of: quantiser.model(keeping: Set(quantiser.layers))) < 1e-6)
    var spoilt = quantiser.model(quantising: [quantiser.layers[4]])
    let name = "\(quantiser.layers[4]).weight"
    var weights = spoilt.weights
    let turned = try #require(weights[name]).values.map { -$0 }
    weights[name]?.values = turned
    let quantisation = spoilt.quantisation
    spoilt = spoilt.with(weights: weights)
    spoilt.quantisation = quantisation
    #expect(try sensitivity.error(of: spoilt) > 10 * one)
  }
}
