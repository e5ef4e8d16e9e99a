public import GELAN
package import Imaging
import OneDNN
package import Scene
import Synchronization

/// A model with its options. Compiles the network for each input size and shares it among workers.
public final class Detector: Sendable {
  /// Number of compiled networks that are cached; more than a worker has sessions, since cameras may differ in shape.
  /// Beyond it networks are compiled again. Each holds packed weights.
  static let networkLimit = 16

  /// Names of the classes.
  package let classes: ClassCatalogue
  /// Settings.
  public let options: Options
  private let model: InferenceModel
  private let compiled = Mutex(RecentlyUsed<CompilationOptions, CompiledNetwork>(limit: Detector.networkLimit))

  /// Input size, precision, threads and thresholds.
  public struct Options: Hashable, Sendable {
    /// Largest input in pixels.
    public var width = 640, height = 640
    /// Whether the input always has the full size, or is reduced to the image's aspect ratio.
    public var isSquare = false
    /// Data type of the activations. `AutomaticPrecision` finds the fastest one.
    public var precision = CompilationOptions.Precision.f32
    /// Threads per image. Several wait for each other without sleeping, unless the environment has `OMP_WAIT_POLICY=passive`:
    /// on a machine that has other work one thread each for several workers is faster.
    public var threads = 1
    /// Thresholds of detections.
    public var detection = DetectionOptions()
    /// Tiles to detect in besides the whole image; `nil` for none.
    public var tiles: TileGrid?

    /// Inputs of up to 640 × 640.
    public init() {}
  }

  /// A detector that runs `model`.
  public init(_ model: InferenceModel, options: Options = Options()) {
    self.model = model
    self.options = options
    classes = ClassCatalogue(names: model.classNames)
  }

  /// The network for inputs of `height` × `width`, from the cache or compiled.
  package func network(height: Int, width: Int) throws(InferenceError) -> CompiledNetwork {
    let key = CompilationOptions(height: height, width: width, precision: options.precision, threads: options.threads)
    // Compiled under the lock, so that workers that start together compile once.
    let result = compiled.withLock { cache -> Result<CompiledNetwork, InferenceError> in
      if let network = cache.value(of: key) { return .success(network) }
      do throws(InferenceError) {
        let weights = model.weights
        let network = try CompiledNetwork(model.graph, options: key, quantisation: model.quantisation) {
          weights[$0]?.values
        }
        cache.insert(network, of: key)
        return .success(network)
      } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// The letterbox of images of `layout`: where they are placed in the network's input.
  package func letterbox(for layout: PixelLayout) throws(ImagingError) -> Letterbox {
    try Letterbox(
      sourceWidth: layout.width, sourceHeight: layout.height, targetWidth: options.width,
      targetHeight: options.height, shape: options.isSquare ? .square : .rectangular, stride: model.graph.stride)
  }
}

/// Runs a detector on one thread, with memory for the image sizes it meets.
public final class DetectionWorker {
  /// Number of image layouts whose memory is cached.
  static let sessionLimit = 8

  /// Thresholds of the detections from now on.
  public var options: DetectionOptions {
    didSet {
      if options != oldValue { (decoder, suppression) = Self.selection(of: detector, options) }
    }
  }
  let detector: Detector
  private var decoder: BoxDecoder
  private(set) var suppression: NonMaximumSuppression
  /// One for each image layout.
  private var sessions = RecentlyUsed<PixelLayout, Session>(limit: DetectionWorker.sessionLimit)
  /// The network's memory for the image that was prepared last.
  var execution: NetworkExecution? { sessions.latest?.execution }
  private var candidates: [Candidate] = []
  /// Whether the network's input holds an image. A run reuses the memory of the input.
  var isPrepared = false
  /// Cells of each level where a class is likely, from the last run.
  private var likely: [[Int]]

  /// Everything that depends on the image layout.
  private final class Session {
    let letterbox: Letterbox
    let execution: NetworkExecution
    var painter: LetterboxPainter

    init(letterbox: Letterbox, execution: NetworkExecution, painter: consuming LetterboxPainter) {
      self.letterbox = letterbox
      self.execution = execution
      self.painter = painter
    }
  }

  /// A worker of `detector`; use it on one thread.
  public init(_ detector: Detector) {
    self.detector = detector
    likely = detector.headLevels.map { _ in [] }
    options = detector.options.detection
    (decoder, suppression) = Self.selection(of: detector, detector.options.detection)
  }

  private static func selection(
    of detector: Detector, _ options: DetectionOptions
  ) -> (BoxDecoder, NonMaximumSuppression) {
    let decoder = BoxDecoder(classCount: detector.headClassCount, bins: detector.headBins, options: options)
    return (decoder, NonMaximumSuppression(options))
  }

  /// The letterbox of images of `layout`.
  package func letterbox(for layout: PixelLayout) throws(ImagingError) -> Letterbox {
    try detector.letterbox(for: layout)
  }

  /// Letterboxes an image into the network's input. There are no detections until it was run.
  ///
  /// Throws `size`, `threshold` or what prevents the network from being compiled.
  package func prepare(_ image: borrowing PixelBuffer) throws(InferenceError) {
    isPrepared = false
    // The cells of the last run need not exist in the maps of this image.
    for index in likely.indices { likely[index] = [] }
    try options.check()
    let session = try session(for: image.layout)
    let input = session.execution.input
    let order: LetterboxPainter.ChannelOrder =
      session.execution.network.options.resolvedOrder == .blocked8 ? .first : .last
    let count = session.letterbox.width * session.letterbox.height * 3
    do throws(ImagingError) {
      // The arena reuses the memory of the input for later layers, so the border is painted each time.
      if input.layout.elementType == .u8 {
        let base = unsafe input.base.assumingMemoryBound(to: UInt8.self)
        var bytes = unsafe MutableSpan(_unsafeStart: base, count: count)
        try session.painter.paint(image, into: &bytes, order: order)
      } else {
        let base = unsafe input.base.assumingMemoryBound(to: Float.self)
        var values = unsafe MutableSpan(_unsafeStart: base, count: count)
        try session.painter.paint(image, into: &values, order: order)
      }
    } catch { throw InferenceError(.size, error.description, cause: error) }
    isPrepared = true
  }

  /// Runs the network on the prepared image: classes everywhere, boxes only where a class is likely, or everywhere for
  /// `headMaps`. Throws `size` unless an image was prepared since the last run.
  package func infer(boxesEverywhere: Bool = false) throws(InferenceError) {
    guard isPrepared, let session = sessions.latest else {
      throw InferenceError(.size, "the network was run before an image was prepared")
    }
    isPrepared = false
    let execution = session.execution
    if boxesEverywhere {
      try execution.run()
      for (index, level) in execution.network.head.levels.enumerated() {
        likely[index] = decoder.likelyCells(try map(level.classes, of: execution))
      }
      return
    }
    try execution.runClasses()
    for (index, level) in execution.network.head.levels.enumerated() {
      likely[index] = decoder.likelyCells(try map(level.classes, of: execution))
      try execution.runBoxes(level: index, at: likely[index])
    }
  }

  /// Detections of the last run in pixels of the image, best first.
  package func detections() throws(InferenceError) -> [Detection] {
    guard let session = sessions.latest else { return [] }
    candidates.removeAll(keepingCapacity: true)
    var firstAnchor = 0
    for (index, level) in session.execution.network.head.levels.enumerated() {
      let classes = try map(level.classes, of: session.execution)
      decoder.decode(
        likely[index], boxes: try map(level.boxes, of: session.execution), classes: classes, stride: level.stride,
        firstAnchor: firstAnchor, into: &candidates)
      firstAnchor += classes.positions
    }
    return suppression(candidates).map {
      Detection(box: session.letterbox.sourceBox($0.box), score: $0.score, classID: $0.classID)
    }
  }

  /// The raw maps of one level of the head.
  package struct HeadMap: Sendable {
    /// Stride: pixels of the input per cell.
    package let stride: Int
    /// Rows and columns of cells.
    package let height, width: Int
    /// Distance distributions, then class logits: channels × height × width.
    package let values: [Float]
  }

  /// The head's raw maps of the last run, finest level first. Boxes are valid only where that run computed them.
  package func headMaps() throws(InferenceError) -> [HeadMap] {
    guard let execution else { return [] }
    var maps: [HeadMap] = []
    for level in execution.network.head.levels {
      let shape = execution.network.tensors[level.classes].layout.shape
      maps.append(
        HeadMap(
          stride: level.stride, height: shape[2], width: shape[3],
          values: try execution.values(of: level.boxes) + execution.values(of: level.classes)))
    }
    return maps
  }

  func map(_ node: Graph.Node.ID, of execution: NetworkExecution) throws(InferenceError) -> RawMap {
    RawMap(try execution.tensor(node), order: execution.network.options.resolvedOrder)
  }

  /// `prepare`, `infer` and `detections` in one call.
  func detectWhole(_ image: borrowing PixelBuffer) throws(InferenceError) -> [Detection] {
    try prepare(image)
    try infer()
    return try detections()
  }

  private func session(for layout: PixelLayout) throws(InferenceError) -> Session {
    if let session = sessions.value(of: layout) { return session }
    let letterbox: Letterbox
    let painter: LetterboxPainter
    do throws(ImagingError) {
      letterbox = try detector.letterbox(for: layout)
      painter = try LetterboxPainter(source: layout, letterbox: letterbox)
    } catch { throw InferenceError(.size, error.description, cause: error) }
    // Cameras of different resolutions often have the same aspect ratio and share the network's memory.
    let known = sessions.values.first {
      $0.letterbox.height == letterbox.height && $0.letterbox.width == letterbox.width
    }
    let execution =
      if let known { known.execution } else {
        try NetworkExecution(detector.network(height: letterbox.height, width: letterbox.width))
      }
    let session = Session(letterbox: letterbox, execution: execution, painter: painter)
    sessions.insert(session, of: layout)
    return session
  }
}

extension Detector {
  fileprivate var headLevels: [Graph.Head.Level] { model.graph.mainHead.levels }
  fileprivate var headClassCount: Int { model.graph.mainHead.classCount }
  fileprivate var headBins: Int { model.graph.mainHead.bins }
}
