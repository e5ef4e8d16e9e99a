#if Full
import ArgumentParser
import Evaluation
import Scene
import Tracking

/// `yolostream track --detections DET -o TRACKS`: runs only the tracker, on existing detections.
struct TrackCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "track", abstract: "Track the detections in a MOTChallenge file.",
    discussion: """
      Rows are frame,id,left,top,width,height,score[,...]; the id of the input is ignored. Scores are taken as \
      probabilities. The frame rate comes from seqinfo.ini beside the detections, or in the folder above. Where only every \
      second, third … frame has detections, the frames between are taken for ones that no detector saw.

      Example:
        yolostream track --detections det/det.txt --fps 25 -o tracks.txt
      """)

  @Option(help: "File of detections.") var detections: String
  @Option(name: [.short, .long], help: "File of tracks to write; - is standard output.") var output: String
  @Option(help: "Frames per second, where there is no seqinfo.ini.") var fps: Double?
  @Option(help: TrackingArguments.bufferHelp, transform: Seconds.read)
  var trackBuffer = Seconds(TrackerConfiguration().buffer)
  @OptionGroup(title: "Thresholds") var thresholds: ThresholdArguments

  /// Threshold options.
  struct ThresholdArguments: ParsableArguments {
    @Option(help: "Least score of a detection that can start a track.") var highScore = TrackerConfiguration().highScore
    @Option(help: "Least overlap times score at which a detection continues a track.")
    var matchThreshold = TrackerConfiguration().matchThreshold
    @Option(help: "Sum of scores at which an object is confirmed.")
    var confirm = TrackerConfiguration().evidenceToConfirm

    func validate() throws {
      try expect("--high-score", highScore, in: 0...1)
      try expect("--match-threshold", matchThreshold, in: 0...1)
      try expect("--confirm", confirm, in: 0...1000)
    }
  }

  func validate() throws {
    if let fps, !(fps > 0 && fps <= 1000) { throw ValidationError("--fps \(fps): expected above 0 and up to 1000") }
    guard trackBuffer.value <= 3600 else {
      throw ValidationError("--track-buffer \(trackBuffer): expected up to an hour")
    }
  }

  @OptionGroup var overwriting: OverwriteArguments

  func run() throws {
    try overwriting.expectNew(output)
    let file = try TrackFile.read(detections, ignoresIdentities: true)
    guard let rate = try fps ?? SequenceInfo.beside(detections)?.frameRate else {
      throw ValidationError("no frame rate: no seqinfo.ini beside \(detections) states one; give --fps")
    }
    var configuration = TrackerConfiguration()
    configuration.buffer = trackBuffer.value
    configuration.highScore = thresholds.highScore
    configuration.matchThreshold = thresholds.matchThreshold
    configuration.evidenceToConfirm = thresholds.confirm
    if file.records.contains(where: { !(0...1).contains($0.confidence) }) {
      StandardError.say(
        "\(detections): scores outside 0...1 are no probabilities; thresholds will not fit them", mark: .yellow)
    }
    let records = Self.tracks(of: file, rate: rate, configuration: configuration)
    if output == "-" {
      print(TrackFile.text(records), terminator: "")
    } else {
      try TrackFile.write(records, to: output)
    }
  }

  /// Updates the tracker with every processed frame, from the first to the last with detections, including empty
  /// ones.
  static func tracks(of file: TrackFile, rate: Double, configuration: TrackerConfiguration) -> [TrackRecord] {
    let rowsOfFrame = Dictionary(grouping: file.records, by: \.frame)
    var tracker = Tracker(configuration: configuration)
    var records: [TrackRecord] = []
    // A gap that ends every track needs no more empty frames, so that a huge frame number costs nothing.
    let longestGap = Int(configuration.buffer * rate) + 2
    let numbers = rowsOfFrame.keys.sorted()
    let interval = Self.interval(of: numbers)
    var next = numbers.first.map { ($0 - 1) % interval + 1 } ?? 1
    for frame in numbers {
      for empty in stride(from: next, to: min(frame, next + longestGap), by: interval) {
        _ = tracker.update([], at: Double(empty - 1) / rate)
      }
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
      next = frame + interval
    }
    return records
  }

  /// The detector's frame interval: the greatest common divisor of the frame numbers, if there are ten or more.
  private static func interval(of frames: [Int]) -> Int {
    guard frames.count >= 10 else { return 1 }
    var divisor = 0
    for (before, after) in zip(frames, frames.dropFirst()) {
      var (a, b) = (after - before, divisor)
      while b != 0 { (a, b) = (b, a % b) }
      divisor = a
    }
    return max(divisor, 1)
  }
}
#endif
