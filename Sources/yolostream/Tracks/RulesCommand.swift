#if Full
import ArgumentParser
import Evaluation
import JSON
import Outputs
import Rules
import Scene
import Settings

/// `yolostream rules`: applies zones and lines to existing tracks, without video.
struct RulesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "rules", abstract: "Apply zones and lines to tracks in a MOTChallenge file.",
    discussion: """
      The file is what 'run --mot' writes, so that zones and lines can be tried on an hour of video in a second. What \
      happens goes to standard output, one JSON line each; what lines counted in all comes last, one line a direction. Frame \
      rate and size come from seqinfo.ini beside the tracks, or in the folder above. Objects of the first frame enter zones, \
      too.

      Example:
        yolostream rules --tracks tracks.txt --fps 25 --size 1280x720 \\
          --zone 'yard:0.1,0.5;0.9,0.5;0.9,1'
      """)

  @Option(help: "File of tracks.") var tracks: String
  @Option(help: "Frames a second, where there is no seqinfo.ini.") var fps: Double?
  @Option(help: ArgumentHelp("Size of the frames, where there is no seqinfo.ini.", valueName: "width x height"))
  var size: String?
  @Option(
    help: ArgumentHelp("Time without detection after which an object has left.", valueName: "time"),
    transform: Seconds.read)
  var trackBuffer = Seconds(2)
  @OptionGroup(title: "Rules") var rules: RulesArguments

  func validate() throws {
    if let fps, !(fps > 0 && fps <= 1000) { throw ValidationError("--fps \(fps): expected above 0 and up to 1000") }
    if let size, size.sides() == nil {
      throw ValidationError("--size \(size): expected a width and a height, such as 1280x720")
    }
    guard trackBuffer.value <= 3600 else {
      throw ValidationError("--track-buffer \(trackBuffer): expected up to an hour")
    }
    if rules.isEmpty { throw ValidationError("no rule was given: expected --zone, --line or --config") }
  }

  func run() throws {
    let file = try TrackFile.read(tracks)
    let info = try fps == nil || size == nil ? SequenceInfo.beside(tracks) : nil
    guard let rate = fps ?? info?.frameRate else {
      throw ValidationError("no frame rate: there is no seqinfo.ini beside \(tracks); give --fps")
    }
    guard let size = size?.sides().map({ (width: $0, height: $1) }) ?? info?.size else {
      throw ValidationError("no frame size: there is no seqinfo.ini with one beside \(tracks); give --size")
    }
    // Tables of tracks have numbers of classes, and no names.
    let known = try self.rules.camera().map { try RulesConfiguration($0, classes: ClassCatalogue(names: [])) }
    var configuration = try self.rules.configuration(over: known ?? RulesConfiguration()) { Int($0) }
    configuration.stationary.isPresumed = false
    var rules = SceneRules(configuration: configuration)
    for findings in Footage(file, rate: rate, size: size, buffer: trackBuffer.value) {
      for event in rules.events(in: findings) { print(event) }
    }
    for event in rules.finish() { print(event) }
    for total in rules.lineTotals {
      Swift.print(
        "{\"type\":\"total\",\"line\":\(total.line.json),\"direction\":\(total.direction.json),\"count\":\(total.count)}"
      )
    }
  }

  private func print(_ event: SceneEvent) {
    if case .added(let rule, let value) = event.kind {
      return Swift.print(
        "{\"type\":\(rule.json),\"frame\":\(event.stamp.index + 1),"
          + "\"pts\":\(event.stamp.seconds.json(places: 3)),\"value\":\(value.json(places: 3))}")
    }
    guard let object = event.object else { return }
    let facts =
      switch event.kind {
      case .zoneEnter(let zone): ",\"zone\":\(zone.json)"
      case .zoneExit(let zone, let dwell, let speed):
        ",\"zone\":\(zone.json),\"dwell\":\(dwell.json(places: 3))" + (speed.map(Self.fields) ?? "")
      case .loiter(let zone, let dwell): ",\"zone\":\(zone.json),\"dwell\":\(dwell.json(places: 3))"
      case .line(let line, let direction, let count):
        ",\"line\":\(line.json),\"direction\":\(direction.json),\"count\":\(count)"
      case .start, .end, .stationary, .active: ""
      case .update, .visit, .added, .cameraDown, .cameraUp: nil as String?
      }
    guard let facts else { return }
    Swift.print(
      "{\"type\":\"\(event.kind.name)\",\"frame\":\(event.stamp.index + 1),"
        + "\"pts\":\(event.stamp.seconds.json(places: 3)),\"track\":\(object.track.id)\(facts)}")
  }

  private static func fields(of speed: StaySpeed) -> String {
    ",\"mean_speed\":\(speed.mean.value.json(places: 1)),\"top_speed\":\(speed.top.value.json(places: 1))"
      + ",\"speed_unit\":\(speed.mean.unit.rawValue.json)"
  }
}

/// A file of tracks as findings, frame by frame.
private struct Footage: Sequence, IteratorProtocol {
  private let rows: [Int: [TrackRecord]]
  private let rate: Double
  private let size: (width: Int, height: Int)
  private let buffer: Double
  private var frames: ArraySlice<Int>
  /// First and last time of each track.
  private var spans: [Int: (first: Double, last: Double)] = [:]

  init(_ file: TrackFile, rate: Double, size: (width: Int, height: Int), buffer: Double) {
    rows = Dictionary(grouping: file.records, by: \.frame)
    self.rate = rate
    self.size = size
    self.buffer = buffer
    frames = rows.keys.sorted()[...]
  }

  /// The frame at which a track has been missing for longer than the buffer.
  private func end(ofTrackSeenAt seconds: Double) -> Int { Int(((seconds + buffer) * rate).rounded(.down)) + 2 }

  mutating func next() -> FrameFindings? {
    guard let listed = frames.first else { return nil }
    // Frames without objects are not in the file; tracks may end in one of them.
    let frame = Swift.min(listed, spans.values.map { end(ofTrackSeenAt: $0.last) }.min() ?? listed)
    if frame == listed { frames.removeFirst() }
    let now = Double(frame - 1) / rate
    var findings = FrameFindings(
      stamp: FrameStamp(index: frame - 1, seconds: now, arrival: 0), width: size.width, height: size.height,
      detections: [])
    findings.endedIdentities = spans.filter { end(ofTrackSeenAt: $0.value.last) <= frame }.keys.sorted()
    for id in findings.endedIdentities { spans[id] = nil }
    for row in (rows[frame] ?? []).sorted(by: { $0.id < $1.id }) {
      let first = spans[row.id]?.first ?? now
      spans[row.id] = (first, now)
      let box = Box(
        minX: Float(row.box.left), minY: Float(row.box.top), maxX: Float(row.box.left + row.box.width),
        maxY: Float(row.box.top + row.box.height))
      let detection = Detection(box: box, score: Float(row.confidence), classID: row.classID ?? 0)
      findings.tracks.append(
        Track(id: row.id, detection: detection, firstSeen: first, topScore: detection.score))
    }
    return findings
  }
}
#endif
