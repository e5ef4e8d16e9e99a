import GELAN
import Imaging
import Inference
import TestSupport
import Testing

/// The steps of a worker one by one, also in a wrong order.
@Suite struct DetectionWorkerTests {
  /// A worker to which every cell is an object.
  private static func worker() throws -> DetectionWorker {
    var options = Detector.Options()
    options.width = 64
    options.height = 64
    options.detection = DetectionOptions(confidence: 0)
    return DetectionWorker(Detector(try #require(MadeUpModel.make()), options: options))
  }

  private static func image(height: Int) throws -> PixelBuffer {
    try PixelBuffer(layout: PixelLayout(width: 64, height: height, format: .rgb24))
  }

  @Test func `a prepared image has no detections before it is run`() throws {
    let worker = try Self.worker()
    try worker.prepare(try Self.image(height: 64))
    try worker.infer()
    #expect(try worker.detections().count > 0)
    // Its maps have fewer cells than those of the last run.
    try worker.prepare(try Self.image(height: 32))
    #expect(try worker.detections().isEmpty)
    try worker.infer()
    #expect(try worker.detections().count > 0)
  }

  @Test func `a prepared image is run once`() throws {
    let worker = try Self.worker()
    #expect(throws: InferenceError.self) { try worker.infer() }
    try worker.prepare(try Self.image(height: 64))
    try worker.infer()
    #expect(throws: InferenceError.self) { try worker.infer() }
    _ = try worker.outputs(try Self.image(height: 64))
    #expect(throws: InferenceError.self) { try worker.infer() }
  }

  @Test(
    arguments: [
      DetectionOptions(confidence: .nan), DetectionOptions(confidence: 25), DetectionOptions(overlap: -0.1),
      DetectionOptions(limit: -1),
    ])
  func `thresholds that cannot be are an error`(options: DetectionOptions) throws {
    let worker = try Self.worker()
    worker.options = options
    let error = #expect(throws: InferenceError.self) { try worker.prepare(try Self.image(height: 32)) }
    #expect(error?.code == .threshold)
  }

  @Test(arguments: [0, 3 * 32 * 32 - 1, 3 * 32 * 32 + 1, 3 * 64 * 64])
  func `an input of another size is an error`(count: Int) throws {
    let model = try #require(MadeUpModel.make())
    let network = try CompiledNetwork(model.graph, options: .init(height: 32, width: 32)) {
      model.weights[$0]?.values
    }
    let execution = try NetworkExecution(network)
    #expect(throws: InferenceError.self) { try execution.setInput([Float](repeating: 0, count: count)) }
  }
}
