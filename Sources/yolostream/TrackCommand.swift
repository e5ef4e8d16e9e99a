import ArgumentParser
import Evaluation
import Scene
import Tracking

/// `yolostream track --detections DET -o TRACKS`: the tracker alone, on detections that are already there.
struct TrackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "track", abstract: "Give detections in a MOTChallenge file identities over time.",
    discussion: """
      Rows are frame,id,left,top,width,height,score[,...]; the id of the input is not looked at. Scores are taken as
      probabilities. The frame rate comes from seqinfo.ini beside the detections, or in the folder above.
      """)

  @Option(help: "File of detections.") var detections: String
  @Option(name: [.short, .long], help: "File of tracks to write; - is standard output.") var output: String
  @Option(help: "Frames a second, where there is no seqinfo.ini.") var fps: Double?
  @Option(help: TrackingArguments.bufferHelp, transform: Seconds.read)
  var trackBuffer = Seconds(TrackerConfiguration().buffer)

  func validate() throws {
    if let fps, !(fps > 0 && fps <= 1000) { throw ValidationError("--fps \(fps): expected above 0 and up to 1000") }
    guard trackBuffer.value <= 3600 else {
      throw ValidationError("--track-buffer \(trackBuffer): expected up to an hour")
    }
  }

  func run() throws {
    let file = try TrackFile.read(detections)
    guard let rate = try fps ?? SequenceInfo.beside(detections)?.frameRate else {
      throw ValidationError("no frame rate: there is no seqinfo.ini beside \(detections); give --fps")
    }
    var configuration = TrackerConfiguration()
    configuration.buffer = trackBuffer.value
    let records = Self.tracks(of: file, rate: rate, configuration: configuration)
    if output == "-" {
      print(TrackFile.text(records), terminator: "")
    } else {
      try TrackFile.write(records, to: output)
    }
  }

  /// Shows the tracker every frame from the first to the last that has detections, empty ones too.
  static func tracks(of file: TrackFile, rate: Double, configuration: TrackerConfiguration) -> [TrackRecord] {
    let rowsOfFrame = Dictionary(grouping: file.records, by: \.frame)
    var tracker = Tracker(configuration: configuration)
    var records: [TrackRecord] = []
    // A gap that ends every track needs no more empty frames, so that a wild frame number costs nothing.
    let longestGap = Int(configuration.buffer * rate) + 2
    var next = 1
    for frame in rowsOfFrame.keys.sorted() {
      for empty in next..<min(frame, next + longestGap) { _ = tracker.update([], at: Double(empty - 1) / rate) }
      let found = (rowsOfFrame[frame] ?? []).map { row in
        Detection(
          box: Box(
            minX: Float(row.box.left), minY: Float(row.box.top), maxX: Float(row.box.left + row.box.width),
            maxY: Float(row.box.top + row.box.height)), score: Float(row.confidence), classID: 0)
      }
      for track in tracker.update(found, at: Double(frame - 1) / rate) {
        let box = track.detection.box
        records.append(
          TrackRecord(
            frame: frame, id: track.id,
            box: PreciseBox(
              left: Double(box.minX), top: Double(box.minY), width: Double(box.width), height: Double(box.height)),
            confidence: Double(track.detection.score)))
      }
      next = frame + 1
    }
    return records
  }
}
