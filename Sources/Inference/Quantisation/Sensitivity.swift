package import GELAN
import OneDNN

/// Measures how much each layer alone, run in int8, changes the predictions.
package struct Sensitivity {
  private let quantiser: Quantiser
  private let side: Int
  private let threads: Int
  private let inputs: [[Float]]
  /// For each image, the predictions of each level.
  private let expected: [[Prediction]]

  /// Predictions of one level of the head, channels × cells.
  private struct Prediction {
    var boxes: [Float]
    /// Probabilities.
    var classes: [Float]
    var cells: Int
  }

  /// Measures `quantiser` on the sample images of `calibration`.
  package init(_ quantiser: Quantiser, _ calibration: Calibration, threads: Int) throws(InferenceError) {
    self.quantiser = quantiser
    self.threads = threads
    side = calibration.side
    inputs = calibration.samples
    expected = try Self.predictions(of: calibration.model, on: inputs, precision: .f32, side: side, threads: threads)
  }

  /// The layers with the error that each causes alone, worst first; `progress` gets the number of measured layers.
  package func ranking(progress: (Int) -> Void = { _ in }) throws(InferenceError) -> [(layer: String, error: Double)] {
    var errors: [(layer: String, error: Double)] = []
    for layer in quantiser.layers {
      errors.append((layer, try error(of: quantiser.model(quantising: [layer]))))
      progress(errors.count)
    }
    return errors.sorted { $0.error > $1.error }
  }

  /// The relative squared change of class probabilities plus that of the boxes' logits, where each cell is weighted
  /// by its highest class probability; mean over images.
  package func error(of model: InferenceModel) throws(InferenceError) -> Double {
    let found = try Self.predictions(of: model, on: inputs, precision: .int8, side: side, threads: threads)
    var sum = 0.0
    for (levels, expectedLevels) in zip(found, expected) {
      var classes = ErrorPart(), boxes = ErrorPart()
      for (one, other) in zip(levels, expectedLevels) {
        var likeliest = [Float](repeating: 0, count: other.cells)
        for (index, probability) in other.classes.enumerated() {
          classes.add(one.classes[index], probability)
          likeliest[index % other.cells] = max(likeliest[index % other.cells], probability)
        }
        for (index, logit) in other.boxes.enumerated() {
          boxes.add(one.boxes[index], logit, weight: likeliest[index % other.cells])
        }
      }
      sum += classes.value + boxes.value
    }
    return sum / Double(max(expected.count, 1))
  }

  private struct ErrorPart {
    private var wrong = 0.0, all = 0.0

    mutating func add(_ found: Float, _ expected: Float, weight: Float = 1) {
      wrong += Double(weight * (found - expected) * (found - expected))
      all += Double(weight * expected * expected)
    }

    var value: Double { wrong / max(all, 1e-12) }
  }

  private static func predictions(
    of model: InferenceModel, on inputs: [[Float]], precision: CompilationOptions.Precision, side: Int, threads: Int
  ) throws(InferenceError) -> [[Prediction]] {
    // oneDNN computes the floating-point layers in f32 on every machine, so that only int8 causes errors.
    let options = CompilationOptions(
      height: side, width: side, precision: precision, threads: threads, order: .channelsLast)
    let network = try CompiledNetwork(model.graph, options: options, quantisation: model.quantisation) {
      model.weights[$0]?.values
    }
    let execution = try NetworkExecution(network)
    var images: [[Prediction]] = []
    for input in inputs {
      try execution.setInput(input)
      try execution.run()
      var levels: [Prediction] = []
      for level in network.head.levels {
        let classes = try execution.values(of: level.classes)
        levels.append(
          Prediction(
            boxes: try execution.values(of: level.boxes), classes: classes.map { 1 / (1 + Exponential.exp(-$0)) },
            cells: classes.count / network.head.classCount))
      }
      images.append(levels)
    }
    return images
  }
}
