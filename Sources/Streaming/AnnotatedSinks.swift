import Capture
import FFmpeg
import Imaging
import Outputs
import Pipeline
import Scene

/// All annotated results of a run: each picture is drawn on once, and goes to every one of them.
struct AnnotatedSinks: ~Copyable {
  private var sinks: [any AnnotatedSink] = []
  private var pushes: [StreamPush] = []
  private let sound: SoundSplit?

  /// Makes all files, and claims them in `files`.
  init(
    _ options: StreamOptions, source: any FrameSource, classes: ClassCatalogue, files: inout ProtectedFiles
  ) throws {
    let description = source.description
    let isLive = description.kind == .live
    let rate = description.nominalRate.map { $0 / Double(options.stride) }
    let videoCount = options.annotated.count { if case .video = $0 { true } else { false } }
    sound = videoCount > 1 ? source.audio.map { SoundSplit($0, count: videoCount) } : nil
    var audio = sound?.parts ?? source.audio.map { [$0] } ?? []
    for output in options.annotated {
      switch output {
      case .picture(let path):
        try files.claim(path)
        sinks.append(PictureSink(output))
      case .folder(let path):
        try files.check(folder: path)
        sinks.append(PictureSink(output))
      case .video(let path):
        try files.claim(path)
        var settings = options.video
        settings.timeBase = description.timeBase
        settings.origin = isLive ? nil : description.origin
        settings.nominalRate = rate
        settings.pixelAspect = description.pixelAspect
        sinks.append(try VideoSink(path: path, settings: settings, isLive: isLive, audio: audio.popLast()))
      case .stream(let address):
        try files.claim(address)
        var settings = options.push
        settings.nominalRate = rate
        settings.pixelAspect = description.pixelAspect
        settings.isEndless = isLive
        if address.isRemote || isLive {
          let push = StreamPush(
            address, settings: settings, policy: options.pushPolicy, classes: classes,
            observe: options.observePush(address))
          pushes.append(push)
          sinks.append(PushSink(push))
        } else {
          sinks.append(PlaylistSink(address, settings: settings))
        }
      }
    }
  }

  /// Begins to push, when all that can fail is there; gives what pushes there are.
  func begin() throws(PipelineError) -> [StreamPush] {
    for push in pushes { try push.start() }
    return pushes
  }

  mutating func write(_ frame: borrowing TrackedFrame) throws {
    sound?.pass()
    for sink in sinks { try sink.write(frame) }
  }

  /// Ends each of them, also after one that fails.
  consuming func finish() throws {
    sound?.pass()
    var failure: (any Error)?
    for sink in sinks { do { try sink.finish() } catch { failure = failure ?? error } }
    if let failure { throw failure }
  }
}

/// One place that annotated pictures go to. Lives on the thread of delivery.
protocol AnnotatedSink: AnyObject {
  /// Takes a picture that has been drawn on.
  func write(_ frame: borrowing TrackedFrame) throws
  /// Ends it.
  func finish() throws
}

/// Pictures: one file, where the source is one picture, or a file for each.
private final class PictureSink: AnnotatedSink {
  private let output: AnnotatedOutput
  private var writer = PictureWriter()

  init(_ output: AnnotatedOutput) { self.output = output }

  func write(_ frame: borrowing TrackedFrame) throws {
    switch output {
    case .picture(let path): try writer.write(frame.captured.pixels, to: path)
    case .folder(let path):
      let name = frame.captured.fileName ?? "\(frame.captured.stamp.index)"
      let file = PictureWriter.Format(path: name) == nil ? name + ".png" : name
      try writer.write(frame.captured.pixels, to: "\(path)/\(file)")
    case .video, .stream: return
    }
  }

  func finish() {}
}

/// A playlist of a video that has an end: nothing is left out, and what goes wrong ends the run, as with any file.
private final class PlaylistSink: AnnotatedSink {
  private let address: PushAddress
  private let settings: PushWriter.Settings
  private var writer: PushWriter?

  init(_ address: PushAddress, settings: PushWriter.Settings) {
    self.address = address
    self.settings = settings
  }

  func write(_ frame: borrowing TrackedFrame) throws {
    // Taken out meanwhile: after a failure it is of no more use.
    var current =
      if let writer = writer.take() { writer } else {
        try PushWriter(address, settings: settings, layout: frame.captured.pixels.layout, interrupt: InterruptFlag())
      }
    try current.write(frame.captured.pixels, at: frame.captured.stamp.seconds)
    writer = consume current
  }

  func finish() throws { if let writer = writer.take() { try writer.finish() } }
}

/// A receiver that may be away.
private final class PushSink: AnnotatedSink {
  private let push: StreamPush

  init(_ push: StreamPush) { self.push = push }

  func write(_ frame: borrowing TrackedFrame) {
    push.offer(frame.captured.pixels, at: frame.captured.stamp.seconds)
  }

  func finish() { push.finish() }
}

/// The sound of a source, for each of several videos.
private final class SoundSplit {
  private let source: PacketQueue
  /// One for each video.
  let parts: [PacketQueue]

  init(_ source: PacketQueue, count: Int) {
    self.source = source
    parts = (0..<count).map { _ in PacketQueue(streams: source.streams, capacity: source.capacity) }
  }

  /// Hands on what has come so far.
  func pass() {
    for packet in source.takeAll() { for part in parts { part.append(packet) } }
  }
}
