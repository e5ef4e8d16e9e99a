import Capture
import Evaluation
import Imaging
import Inference
import Scene

/// The images a model is calibrated on: some of a folder, a video or a labelled data set, spread evenly.
struct CalibrationSet {
  /// Where they come from.
  private enum Content {
    case source(SourceAddress)
    case files([String])
  }

  private let content: Content
  private let name: String
  /// Most images that are shown.
  let limit: Int

  /// The images of what `text` names: a folder, an image, a video, or a data set as `train` takes it.
  init(_ text: String, limit: Int) throws {
    self.limit = limit
    name = text
    if let files = try GroundTruth.imageFiles(of: text) {
      content = .files(files)
    } else {
      content = .source(try SourceAddress(parsing: text))
    }
  }

  /// Shows them to `calibration`; `progress` hears how many were shown.
  func show(to calibration: Calibration, progress: (Int) -> Void) throws {
    switch content {
    case .source(let address): try show(address, to: calibration, progress: progress)
    case .files(let files):
      let stride = max(files.count / limit, 1)
      for path in Swift.stride(from: 0, to: files.count, by: stride).map({ files[$0] })
      where calibration.pictureCount < limit {
        guard let image = try? ImageFile(path: path).read() else {
          StandardError.say("data: left out: \(path) is missing, damaged or truncated")
          continue
        }
        try calibration.observe(image)
        progress(calibration.pictureCount)
      }
    }
    guard calibration.pictureCount > 0 else {
      throw CaptureError(.invalidMedia, "cannot calibrate on \(name): expected images, there are none")
    }
  }

  private func show(_ address: SourceAddress, to calibration: Calibration, progress: (Int) -> Void) throws {
    let source = try address.open(SourceOptions())
    let stride = source.description.frameCount.map { max($0 / limit, 1) } ?? 1
    var index = 0
    while calibration.pictureCount < limit, case .frame(let frame) = try source.next() {
      defer { index += 1 }
      guard index.isMultiple(of: stride), !frame.isDamaged else { continue }
      try calibration.observe(frame.pixels)
      progress(calibration.pictureCount)
    }
  }
}
