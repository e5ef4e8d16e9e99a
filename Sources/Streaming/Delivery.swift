import Capture
import Imaging
import Outputs
import Scene

/// Draws, writes and logs each frame.
struct Delivery: ~Copyable {
  private let classes: ClassCatalogue
  private let style: OverlayStyle
  private let recorder: FrameRecorder
  private let isDrawing: Bool
  private var detections: DetectionLog?
  private var events: EventSink?
  private var tracks: TrackLog?
  private var table: DetectionTable?
  private var labels: LabelFolder?
  private var crops: CropFolder?
  private var overlay: Overlay?
  private var sinks: AnnotatedSinks?

  /// Makes all files, so that what cannot be made is known before the first frame.
  ///
  /// - Parameter recorder: takes sentences for the user, and what pushes there are.
  init(
    source: any FrameSource, classes: ClassCatalogue, options: StreamOptions, recorder: FrameRecorder
  ) throws {
    self.classes = classes
    self.recorder = recorder
    style = options.style
    isDrawing = !options.annotated.isEmpty
    let description = source.description
    let name = options.camera ?? description.name
    var files = ProtectedFiles(
      description.path.map { [$0] } ?? [], folders: description.pictureFolder.map { [$0] } ?? [])
    sinks = try AnnotatedSinks(options, source: source, classes: classes, files: &files)
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
    let pushes = try sinks?.begin() ?? []
    for push in pushes { recorder.register(push) }
  }

  mutating func deliver(_ frame: borrowing TrackedFrame) throws {
    try detections?.write(frame.findings)
    try events?.write(frame.findings)
    try tracks?.write(frame.findings)
    try table?.write(frame.findings)
    try labels?.write(frame.findings)
    try crops?.write(frame.findings, of: frame.captured.pixels)
    guard isDrawing else { return }
    try draw(frame)
    try sinks?.write(frame)
  }

  private mutating func draw(_ frame: borrowing TrackedFrame) throws {
    let layout = frame.captured.pixels.layout
    if overlay?.layout != layout {
      let fresh = try Overlay(layout: layout, classes: classes, style: style)
      if let warning = fresh.warning { recorder.warn(warning) }
      overlay = consume fresh
    }
    try overlay?.draw(
      tracks: frame.findings.tracks, untracked: frame.findings.untracked, on: frame.captured.pixels,
      at: frame.captured.stamp.seconds)
  }

  /// Ends each output, also after one that fails: a full disk under a log must not cost the video its end.
  consuming func finish() throws {
    var failure: (any Error)?
    do { try events?.finish() } catch { failure = error }
    if let table = table.take() { do { try table.finish() } catch { failure = failure ?? error } }
    if let sinks = sinks.take() { do { try sinks.finish() } catch { failure = failure ?? error } }
    if let failure { throw failure }
  }
}
