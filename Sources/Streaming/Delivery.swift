import Capture
import Imaging
import Outputs
import Scene

/// Draws, writes and logs each frame.
struct Delivery: ~Copyable {
  private let classes: ClassCatalogue
  private let style: OverlayStyle
  private let annotated: AnnotatedOutput?
  private let warn: (String) -> Void
  private var detections: DetectionLog?
  private var events: EventSink?
  private var tracks: TrackLog?
  private var table: DetectionTable?
  private var labels: LabelFolder?
  private var crops: CropFolder?
  private var overlay: Overlay?
  private var video: VideoParts?
  private var pictures = PictureWriter()

  /// Makes all files, so that what cannot be made is known before the first frame.
  ///
  /// - Parameter warn: takes sentences for the user.
  init(
    source: any FrameSource, classes: ClassCatalogue, options: StreamOptions, warn: @escaping (String) -> Void
  ) throws {
    self.classes = classes
    self.warn = warn
    style = options.style
    annotated = options.annotated
    let description = source.description
    let name = options.camera ?? description.name
    var files = ProtectedFiles(description.path.map { [$0] } ?? [])
    video = nil
    switch annotated {
    case .none: break
    case .picture(let path): try files.claim(path)
    case .folder(let path): if path == description.address { try files.claim(path) }
    case .video(let path):
      try files.claim(path)
      var settings = options.video
      settings.timeBase = description.timeBase
      settings.origin = description.kind == .live ? nil : description.origin
      settings.nominalRate = description.nominalRate.map { $0 / Double(options.stride) }
      settings.pixelAspect = description.pixelAspect
      video = try VideoParts(
        path: path, settings: settings, audio: source.audio, isLive: description.kind == .live)
    }
    for path in [options.detectionsPath, options.eventsPath, options.tracksPath, options.tablePath] {
      if let path { try files.claim(path) }
    }
    detections = if let path = options.detectionsPath { try DetectionLog(path: path, classes: classes) } else { nil }
    events =
      if let path = options.eventsPath {
        EventSink(
          try EventLog(
            path: path, classes: classes, camera: name, clock: description.kind == .live ? .wall : .file),
          watch: options.watch)
      } else { nil }
    tracks = if let path = options.tracksPath { try TrackLog(path: path) } else { nil }
    table = if let path = options.tablePath { try DetectionTable(path: path, classes: classes) } else { nil }
    labels =
      if let path = options.labelsPath {
        try LabelFolder(path: path, stem: description.name, showsScores: options.labelsShowScores)
      } else { nil }
    crops =
      if let path = options.cropsPath {
        try CropFolder(path: path, stem: description.name, classes: classes)
      } else { nil }
    overlay = nil
  }

  mutating func deliver(_ frame: borrowing TrackedFrame) throws {
    try detections?.write(frame.findings)
    try events?.write(frame.findings)
    try tracks?.write(frame.findings)
    try table?.write(frame.findings)
    try labels?.write(frame.findings)
    try crops?.write(frame.findings, of: frame.captured.pixels)
    guard let annotated else { return }
    try draw(frame)
    switch annotated {
    case .video: try video?.write(frame.captured.pixels, at: frame.captured.stamp)
    case .picture(let path): try pictures.write(frame.captured.pixels, to: path)
    case .folder(let path):
      let name = frame.captured.fileName ?? "\(frame.captured.stamp.index)"
      let file = PictureWriter.Format(path: name) == nil ? name + ".png" : name
      try pictures.write(frame.captured.pixels, to: "\(path)/\(file)")
    }
  }

  private mutating func draw(_ frame: borrowing TrackedFrame) throws {
    let layout = frame.captured.pixels.layout
    if overlay?.layout != layout {
      let fresh = try Overlay(layout: layout, classes: classes, style: style)
      if let warning = fresh.warning { warn(warning) }
      overlay = consume fresh
    }
    try overlay?.draw(
      tracks: frame.findings.tracks, untracked: frame.findings.untracked, on: frame.captured.pixels,
      at: frame.captured.stamp.seconds)
  }

  consuming func finish() throws {
    try events?.finish()
    if let table = table.take() { try table.finish() }
    if let video = video.take() { try video.finish() }
  }
}
