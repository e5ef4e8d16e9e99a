import Foundation
import JSON
import Scene

/// A folder of exported tracks with its table `tracks.csv`: a line for each track, whether something was written of it or not.
///
/// Columns: track, class_id, class, first_frame, last_frame (from 0), first_time, last_time (seconds), frames (that show it),
/// top_score, file (within the folder; empty for a track of which nothing was written).
struct TrackTable {
  private struct Row {
    let track: Track
    let first: FrameStamp
    var last: FrameStamp
    var frames = 0
    var topScore: Float = 0
    var file = ""
  }

  /// Path of the folder.
  let path: String
  private let classes: ClassCatalogue
  private var rows: [Int: Row] = [:]

  /// Creates the folder at `path`.
  init(path: String, _ classes: ClassCatalogue) throws(OutputError) {
    try OutputFolder.make(path)
    self.path = path
    self.classes = classes
  }

  /// Notes that the frame at `stamp` shows `track`; returns in how many frames it was before.
  mutating func note(_ track: Track, at stamp: FrameStamp) -> Int {
    var row = rows[track.id] ?? Row(track: track, first: stamp, last: stamp)
    defer { rows[track.id] = row }
    row.last = stamp
    row.topScore = max(row.topScore, track.detection.score)
    row.frames += 1
    return row.frames - 1
  }

  /// Notes where the export of a track is.
  mutating func note(file: String, of id: Int) { rows[id]?.file = file }

  /// Writes the table.
  func write() throws(OutputError) {
    var file = try LineFile(path: path + "/tracks.csv")
    try file.append("track,class_id,class,first_frame,last_frame,first_time,last_time,frames,top_score,file\n")
    for (id, row) in rows.sorted(by: { $0.key < $1.key }) {
      let classID = row.track.detection.classID
      let columns = [
        "\(id)", "\(classID)", classes[classID].csv, "\(row.first.index)", "\(row.last.index)",
        row.first.seconds.json(places: 4),
        row.last.seconds.json(places: 4), "\(row.frames)", row.topScore.json(places: 4), row.file.csv,
      ]
      try file.append(columns.joined(separator: ",") + "\n")
    }
  }

  /// The name of a track's export: its identity and class.
  func name(of track: Track) -> String {
    // A class may be called anything; a file may not.
    let label = String(classes[track.detection.classID].map { $0 == "/" || $0 == "\0" ? "_" : $0 }.prefix(100))
    return "\(track.id)-\(label)"
  }
}

extension String {
  /// The text as a field of CSV (RFC 4180).
  fileprivate var csv: String {
    contains { $0 == "," || $0 == "\"" || $0.isNewline } ? "\"" + replacing("\"", with: "\"\"") + "\"" : self
  }
}
