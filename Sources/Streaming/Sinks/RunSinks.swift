import Capture
import FFmpeg
import Outputs
import Pipeline
import Scene

/// All outputs of a run.
struct RunSinks: Sendable {
  let group: SinkGroup
  let pushes: [StreamPush]
  private let audio: AudioSplit?
  private let claims: @Sendable () throws -> Void

  /// The outputs that `options` request. No file is opened yet; conflicting outputs, or one that would overwrite the
  /// input, make every sink fail.
  init(
    _ options: StreamOptions, source: any FrameSource, classes: ClassCatalogue,
    warn: @escaping @Sendable (String) -> Void
  ) {
    let description = source.description
    let isLive = description.kind == .live
    let claimed = Result { () throws(OutputError) in try Self.claim(options, description) }
    let claims: @Sendable () throws -> Void = { try claimed.get() }
    self.claims = claims
    var context = SinkContext(
      camera: options.camera ?? description.name, stem: description.name, classes: classes)
    context.labelsShowScores = options.labelsShowScores
    context.labelsShowIdentities = options.labelsShowIdentities
    context.coco = options.coco
    context.stride = options.stride
    context.isVideo = description.kind != .stills
    if let file = description.path?.split(separator: "/").last { context.fileName = String(file) }
    let overflow = isLive ? SinkQueue.Overflow.drop : .wait
    var queues = SinkGroup.makeQueues(
      options.sinks, context, overflow: overflow, failure: .endsRun, isAllowed: claims)
    let videoCount = options.annotated.count { if case .video = $0 { true } else { false } }
    let packets = source.audio?.queue
    audio = videoCount > 1 ? packets.map { AudioSplit($0, count: videoCount) } : nil
    var parts = audio?.parts ?? packets.map { [$0] } ?? []
    var pushes: [StreamPush] = []
    let style = options.style
    let needs: SinkKind.Needs = style.marks.isEmpty ? .pixels : [.pixels, .events]
    func add(_ name: String, _ make: @escaping @Sendable () throws -> any AnnotatedWriter) {
      queues.append(
        SinkQueue(name, needs: needs, overflow: overflow, failure: .endsRun, writeDeadline: WriteDeadline()) {
          try claims()
          return AnnotatedSink(try make(), classes: classes, style: style, warn: warn)
        })
    }
    let rate = description.nominalRate.map { $0 / Double(options.stride) }
    for output in options.annotated {
      switch output {
      case .image(let path): add("image") { ImageSink(path: path, isFolder: false) }
      case .folder(let path): add("images") { ImageSink(path: path, isFolder: true) }
      case .video(let path):
        var settings = options.video
        settings.timeBase = description.timeBase
        settings.origin = isLive ? nil : description.origin
        settings.nominalRate = rate
        settings.pixelAspect = description.pixelAspect
        let (wanted, part) = (settings, parts.popLast())
        add("video") { try VideoSink(path: path, settings: wanted, isLive: isLive, audio: part, warn: warn) }
      case .stream(let address):
        var settings = options.push
        settings.nominalRate = rate
        settings.pixelAspect = description.pixelAspect
        settings.isEndless = isLive
        let wanted = settings
        guard address.isRemote || isLive else {
          add("playlist") { PlaylistSink(address, settings: wanted) }
          continue
        }
        let push = StreamPush(
          address, settings: wanted, policy: options.pushPolicy, classes: classes, style: style,
          observe: options.observePush(address))
        pushes.append(push)
        queues.append(
          SinkQueue("push", needs: .pixels, overflow: overflow, failure: .endsRun, writeDeadline: WriteDeadline()) {
            try claims()
            try push.start()
            return PushSink(push)
          })
      }
    }
    group = SinkGroup(queues, isLive: isLive)
    self.pushes = pushes
  }

  /// Throws if two outputs conflict, or one would overwrite the input.
  func check() throws { try claims() }

  /// Call it with each frame, and once at the end.
  func passAudio() { audio?.pass() }

  /// Reserves the paths of all outputs.
  private static func claim(_ options: StreamOptions, _ source: SourceDescription) throws(OutputError) {
    var files = ProtectedFiles(source.path.map { [$0] } ?? [], folders: source.imageFolder.map { [$0] } ?? [])
    for output in options.annotated {
      switch output {
      case .image(let path), .video(let path): try files.claim(path)
      case .folder(let path): try files.check(folder: path)
      case .stream(let address): try files.claim(address)
      }
    }
    for request in options.sinks where request.kind.isFile { try files.claim(request.target) }
  }
}
