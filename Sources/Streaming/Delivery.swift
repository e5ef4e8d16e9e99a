import Capture
import Imaging
import Outputs
import Scene

/// Draws, writes and logs each frame.
struct Delivery: ~Copyable {
  private let classes: ClassCatalogue
  private var overlay: Overlay?
  private var video: VideoWriter?
  private var log: DetectionLog?

  init(source: any FrameSource, classes: ClassCatalogue, options: StreamRun.Options) throws {
    self.classes = classes
    log =
      if let path = options.detectionsPath { try DetectionLog(path: path, classes: classes) } else { nil }
    if let path = options.videoPath {
      var settings = options.video
      let description = source.description
      settings.timeBase = description.timeBase
      settings.nominalRate = description.nominalRate
      settings.pixelAspect = description.pixelAspect
      if let input = description.path { settings.protectedPaths.append(input) }
      video = try VideoWriter(path: path, settings: settings, audio: source.audio)
    } else {
      video = nil
    }
    overlay = nil
  }

  mutating func deliver(_ frame: borrowing DetectedFrame) throws {
    let stamp = frame.captured.stamp
    try log?.write(frame.detections, at: stamp)
    guard video != nil else { return }
    let layout = frame.captured.pixels.layout
    if overlay?.layout != layout { overlay = try Overlay(layout: layout, classes: classes) }
    try overlay?.draw(detections: frame.detections, on: frame.captured.pixels)
    try video?.write(frame.captured.pixels, at: stamp)
  }

  consuming func finish() throws {
    if let log = log.take() { try log.finish() }
    if let video = video.take() { try video.finish() }
  }
}
