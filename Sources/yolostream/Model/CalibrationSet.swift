#if Full
import Capture
import Evaluation
import Imaging
import Inference
import Scene

/// Calibration images: evenly sampled from a folder, a video or a labelled data set.
struct CalibrationSet {
  /// The origin of the images.
  private enum Content {
    case source(SourceAddress)
    case files([String])
  }

  private let content: Content
  private let name: String
  /// Most images to use.
  let limit: Int

  /// The images at `text`: a folder, an image, a video, or a data set as for `train`.
  init(_ text: String, limit: Int) throws {
    self.limit = limit
    name = text
    if let files = try GroundTruth.imageFiles(of: text) {
      content = .files(files)
    } else {
      content = .source(try SourceAddress(parsing: text))
    }
  }

  /// Passes the images to `calibration`; `progress` gets the number so far.
  func show(to calibration: Calibration, progress: (Int) -> Void) throws {
    switch content {
    case .source(let address): try show(address, to: calibration, progress: progress)
    case .files(let files):
      let stride = max(files.count / limit, 1)
      for path in Swift.stride(from: 0, to: files.count, by: stride).map({ files[$0] })
      where calibration.imageCount < limit {
        guard let image = try? ImageFile(path: path).read() else {
          StandardError.say("data: left out: \(path) is missing, damaged or truncated")
          continue
        }
        try calibration.observe(image)
        progress(calibration.imageCount)
      }
    }
    guard calibration.imageCount > 0 else {
      throw CaptureError(.invalidMedia, "cannot calibrate on \(name): expected images, there are none")
    }
  }

  private func show(_ address: SourceAddress, to calibration: Calibration, progress: (Int) -> Void) throws {
    let source = try address.open(SourceOptions())
    let stride = source.description.frameCount.map { max($0 / limit, 1) } ?? 1
    var index = 0
    while calibration.imageCount < limit, case .frame(let frame) = try source.next() {
      defer { index += 1 }
      guard index.isMultiple(of: stride), !frame.isDamaged else { continue }
      try calibration.observe(frame.pixels)
      progress(calibration.imageCount)
    }
  }
}
#endif
