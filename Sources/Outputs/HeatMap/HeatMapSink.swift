import Imaging
import Scene

/// Draws where the objects of a run spent time, over one of its last frames. The file is written at the end.
struct HeatMapSink: ~Copyable, Sink {
  static let kind = SinkKind(
    "heatmap", "An image of where moving objects spent time, written at the end: .png or .jpg.", ending: ".heatmap.png",
    needs: [.pixels, .tracks]
  ) {
    path, context throws(OutputError) in
    try HeatMapSink(path: path, context)
  }

  /// Seconds of the source between two frames that may become the backdrop: the last one of a video is often black.
  private static let backdropInterval = 10.0

  private let path: String
  private let format: ImageWriter.Format
  private let context: SinkContext
  private var map = HeatMap()
  private var backdrop: RGBImage?
  private var backdropTime = 0.0

  private init(path: String, _ context: SinkContext) throws(OutputError) {
    guard let format = ImageWriter.Format(path: path) else {
      throw OutputError(.cannotCreate, "cannot create \(path): expected a name ending in .jpg or .png")
    }
    // A run of hours must not find out at its end.
    try LineFile.checkWritable(path)
    self.path = path
    self.format = format
    self.context = context
  }

  mutating func take(_ frame: SinkFrame) throws(OutputError) {
    let findings = frame.findings
    for presence in findings.presence { map.add(presence, label: context.classes[presence.classID]) }
    let now = findings.stamp.seconds
    guard let pixels = frame.pixels, backdrop == nil || abs(now - backdropTime) >= Self.backdropInterval else { return }
    backdrop = RGBImage(pixels.buffer)
    backdropTime = now
  }

  mutating func finish() throws(OutputError) {
    let bytes = try HeatMapImage(map, title: context.camera).encoded(over: backdrop, as: format)
    try DurableFile.replace(path, with: bytes)
  }
}
