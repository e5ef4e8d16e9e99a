package import GELAN
package import Imaging
import OneDNN

/// Runs a network in floating point on calibration images and collects histograms of its activations.
package final class Calibration {
  /// Side of the square input in pixels.
  package let side: Int
  /// Number of images observed.
  package private(set) var imageCount = 0
  /// The first inputs (planar), to measure the error of each layer.
  private(set) var samples: [[Float]] = []
  static let sampleLimit = 6

  /// The model being calibrated.
  package let model: InferenceModel
  private let network: CompiledNetwork
  private let execution: NetworkExecution
  private let owners: [Graph.Node.ID]
  /// For each owner two histograms of alternating images: one to choose a scale, the other to evaluate it.
  private(set) var histograms: [Graph.Node.ID: (choice: ActivationHistogram, judge: ActivationHistogram)] = [:]
  /// Sum of each channel over all positions and images, and the number of positions.
  private var sums: [Graph.Node.ID: (values: [Double], places: Int)] = [:]
  /// The same of the image, in units of 0…1.
  private var imageSums: [Double]

  /// Calibrates `model` on inputs of `side` × `side` with `threads` threads.
  package init(_ model: InferenceModel, side: Int, threads: Int) throws(InferenceError) {
    self.model = model
    self.side = side
    let graph = model.graph, weights = model.weights
    let owners = graph.scaleOwners
    self.owners = owners
    imageSums = [Double](repeating: 0, count: graph.nodes[0].channels)
    let read = Set(graph.quantisable.map { owners[$0.node.inputs[0]] }).subtracting([0])
    // Sums per channel are simplest with channels innermost.
    network = try CompiledNetwork(
      graph, options: CompilationOptions(height: side, width: side, threads: threads, order: .channelsLast),
      probes: graph.nodes.map(\.id)
    ) { weights[$0]?.values }
    execution = try NetworkExecution(network)
    for id in network.written where read.contains(owners[id]) {
      histograms[owners[id]] = (ActivationHistogram(), ActivationHistogram())
      sums[id] = ([Double](repeating: 0, count: graph.nodes[id].channels), 0)
    }
  }

  /// Runs the network on `image` and adds its activations to the histograms.
  package func observe(_ image: borrowing PixelBuffer) throws(InferenceError) {
    do throws(ImagingError) {
      let letterbox = try Letterbox(
        sourceWidth: image.layout.width, sourceHeight: image.layout.height, targetWidth: side, targetHeight: side,
        shape: .square, stride: model.graph.stride)
      var painter = try LetterboxPainter(source: image.layout, letterbox: letterbox)
      let base = unsafe execution.input.base.assumingMemoryBound(to: Float.self)
      var input = unsafe MutableSpan(_unsafeStart: base, count: letterbox.width * letterbox.height * 3)
      try painter.paint(image, into: &input, order: .last)
    } catch { throw InferenceError(.size, error.description, cause: error) }
    try observeInput()
  }

  /// The same for a planar input of 3 × side × side integers 0…255.
  func observe(input: [Float]) throws(InferenceError) {
    try execution.setInput(input)
    try observeInput()
  }

  private func observeInput() throws(InferenceError) {
    if samples.count < Self.sampleLimit {
      let values = execution.input.floats, count = values.count / 3
      samples.append((0..<values.count).map { values[$0 % count * 3 + $0 / count] })
    }
    let pixels = execution.input.floats
    for index in pixels.indices { imageSums[index % imageSums.count] += Double(pixels[index]) / 255 }
    try execution.run()
    for (id, old) in sums {
      var channels = old
      let memory = try execution.tensor(id)
      unsafe memory.withElements(of: Float.self) { values in
        let values = UnsafeBufferPointer(values)
        if imageCount.isMultiple(of: 2) {
          unsafe histograms[owners[id]]?.choice.add(values, sums: &channels.values)
        } else {
          unsafe histograms[owners[id]]?.judge.add(values, sums: &channels.values)
        }
        channels.places += values.count / channels.values.count
      }
      sums[id] = channels
    }
    imageCount += 1
  }

  /// Mean of each channel of tensor `id`.
  func means(of id: Graph.Node.ID) -> [Float]? {
    if id == 0 { return imageSums.map { Float($0 / Double(max(imageCount, 1) * side * side)) } }
    guard let (values, places) = sums[id], places > 0 else { return nil }
    return values.map { Float($0 / Double(places)) }
  }

  /// The best scale for each group of tensors, and the method that found it.
  ///
  /// Every method chooses a scale on one half of the images; the scale with the least squared error on the other half
  /// wins.
  package func scales() -> [String: (scale: Quantisation.Scale, method: RangeMethod)] {
    var result: [String: (scale: Quantisation.Scale, method: RangeMethod)] = [:]
    for (owner, (choice, judge)) in histograms {
      let judge = judge.total > 0 ? judge : choice
      let candidates = RangeMethod.allCases.map { (scale: $0.scale(for: choice), method: $0) }
      let errors = candidates.map { judge.squaredError(of: $0.scale) }
      let best = errors.indices.min { errors[$0] < errors[$1] } ?? 0
      result[model.graph.nodes[owner].name] = candidates[best]
    }
    return result
  }
}
