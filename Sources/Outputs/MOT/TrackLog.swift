import JSON
package import Scene

/// Writes tracks in MOTChallenge's format: `frame,id,left,top,width,height,confidence,-1,-1,-1`, one object per line;
/// frames, identities and pixels are counted from 1.
package struct TrackLog: ~Copyable {
  private var file: LineFile

  package static let kind = SinkKind(
    "mot", "Tracks in MOTChallenge's format.", ending: ".mot.txt", needs: [.frames, .tracks]
  ) {
    path, context throws(OutputError) in
    TrackLog(file: try LineFile(path: path, context))
  }

  /// Creates the file at `path` (`-` is standard output).
  package init(path: String) throws(OutputError) { self.init(file: try LineFile(path: path)) }

  private init(file: consuming LineFile) { self.file = file }

  /// Writes the lines of one frame.
  package mutating func write(_ findings: FrameFindings) throws(OutputError) {
    guard !findings.tracks.isEmpty else { return }
    let lines = findings.tracks.map { track in
      let box = track.detection.box
      let numbers = [box.minX + 1, box.minY + 1, box.width, box.height].map { $0.json(places: 2) }
      return "\(findings.stamp.index + 1),\(track.id),\(numbers.joined(separator: ",")),"
        + "\(track.detection.score.json(places: 4)),-1,-1,-1\n"
    }
    try file.append(lines.joined())
  }
}

extension TrackLog: Sink {
  package mutating func take(_ frame: SinkFrame) throws(OutputError) { try write(frame.findings) }
}
