import Capture
import Imaging
import Inference
import Scene

/// The pictures a model is calibrated on: some of a folder or a video, spread evenly.
struct CalibrationSet {
  let address: SourceAddress
  /// Most pictures that are shown.
  let limit: Int

  /// The pictures of what `text` names: a folder, a picture or a video.
  init(_ text: String, limit: Int) throws(CaptureError) {
    address = try SourceAddress(parsing: text)
    self.limit = limit
  }

  /// Shows them to `calibration`; `progress` hears how many were shown.
  func show(to calibration: Calibration, progress: (Int) -> Void) throws {
    let source = try address.open(SourceOptions())
    let stride = source.description.frameCount.map { max($0 / limit, 1) } ?? 1
    var index = 0
    while calibration.pictureCount < limit, case .frame(let frame) = try source.next() {
      defer { index += 1 }
      guard index.isMultiple(of: stride), !frame.isDamaged else { continue }
      try calibration.observe(frame.pixels)
      progress(calibration.pictureCount)
    }
    guard calibration.pictureCount > 0 else {
      throw CaptureError(.invalidMedia, "cannot calibrate on \(address): expected pictures, there are none")
    }
  }
}
