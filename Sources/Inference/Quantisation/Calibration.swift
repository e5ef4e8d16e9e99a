public import GELAN
public import Imaging
import OneDNN

/// Watches a network in real numbers and remembers what its tensors hold: what scales are made of.
public final class Calibration {
  /// Side of the square input in pixels.
  public let side: Int
  /// Pictures seen.
  public private(set) var pictureCount = 0
  /// The first inputs in planes, for measuring what each layer loses.
  private(set) var samples: [[Float]] = []
  static let sampleLimit = 6

  /// What is watched.
  public let model: InferenceModel
  private let network: CompiledNetwork
  private let execution: NetworkExecution
  private let owners: [Graph.Node.ID]
  /// Of each owner, from every other picture: one to choose a scale by, the other to judge it by.
  private(set) var histograms: [Graph.Node.ID: (choice: ActivationHistogram, judge: ActivationHistogram)] = [:]
  /// Sum of each channel over all places and pictures, and how many places.
  private var sums: [Graph.Node.ID: (values: [Double], places: Int)] = [:]

  /// Watches `model` on inputs of `side` × `side` with `threads` threads.
  public init(_ model: InferenceModel, side: Int, threads: Int) throws(InferenceError) {
    self.model = model
    self.side = side
    let graph = model.graph, weights = model.weights
    let owners = graph.scaleOwners
    self.owners = owners
    let read = Set(graph.quantisable.map { owners[$0.node.inputs[0]] })
    // Sums over channels are simplest where channels are innermost.
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

  /// Runs the network on `picture` and counts what it computes.
  public func observe(_ picture: borrowing PixelBuffer) throws(InferenceError) {
    do throws(ImagingError) {
      let letterbox = try Letterbox(
        sourceWidth: picture.layout.width, sourceHeight: picture.layout.height, targetWidth: side, targetHeight: side,
        shape: .square, stride: model.graph.stride)
      var painter = try LetterboxPainter(source: picture.layout, letterbox: letterbox)
      let base = unsafe execution.input.base.assumingMemoryBound(to: Float.self)
      var input = unsafe MutableSpan(_unsafeStart: base, count: letterbox.width * letterbox.height * 3)
      try painter.paint(picture, into: &input, order: .last)
    } catch { throw InferenceError(.size, error.description, cause: error) }
    try observeInput()
  }

  /// The same for an input as it is: 3 × side × side whole values 0…255.
  func observe(input: [Float]) throws(InferenceError) {
    execution.show(input)
    try observeInput()
  }

  private func observeInput() throws(InferenceError) {
    if samples.count < Self.sampleLimit {
      let values = execution.input.floats, count = values.count / 3
      samples.append((0..<values.count).map { values[$0 % count * 3 + $0 / count] })
    }
    try execution.run()
    for (id, old) in sums {
      var channels = old
      let memory = try execution.tensor(id)
      unsafe memory.withElements(of: Float.self) { values in
        let values = UnsafeBufferPointer(values)
        if pictureCount.isMultiple(of: 2) {
          unsafe histograms[owners[id]]?.choice.add(values, sums: &channels.values)
        } else {
          unsafe histograms[owners[id]]?.judge.add(values, sums: &channels.values)
        }
        channels.places += values.count / channels.values.count
      }
      sums[id] = channels
    }
    pictureCount += 1
  }

  /// Mean of each channel of the tensor `id`.
  func means(of id: Graph.Node.ID) -> [Float]? {
    guard let (values, places) = sums[id], places > 0 else { return nil }
    return values.map { Float($0 / Double(places)) }
  }

  /// The best scale for each group of tensors, and how it was found.
  ///
  /// Every method chooses by one half of the pictures; the one whose scale loses least on the other half is taken.
  public func scales() -> [String: (scale: Quantisation.Scale, method: RangeMethod)] {
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
