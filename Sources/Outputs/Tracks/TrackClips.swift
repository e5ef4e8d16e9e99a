import Scene

/// Writes a video of each track, `ID-CLASS.mp4`: exactly the frames that show it, whole and without drawings, each at its own time
/// after the first.
///
/// At most `limit` are written at the same time, so that a crowd does not fill the memory with encoders; a track that begins while
/// there are so many gets none. `tracks.csv` lists all tracks.
final class TrackClips: Sink {
  static let kind = SinkKind(
    "track-clips", "A video of each track.", target: "dir", needs: [.pixels, .tracks], isForFiles: true
  ) { path, context throws(OutputError) in
    TrackClips(try TrackTable(path: path, context.classes))
  }

  /// Clips that are written at the same time.
  private static let limit = 32

  /// A video that is being written.
  private final class Clip {
    private var writer: VideoWriter?

    init(path: String) throws(OutputError) {
      var settings = VideoWriter.Settings()
      settings.origin = nil
      writer = try VideoWriter(path: path, settings: settings)
    }

    func write(_ frame: SinkFrame) throws(OutputError) {
      if let pixels = frame.pixels { try writer?.write(pixels.buffer, at: frame.findings.stamp) }
    }

    func finish() throws(OutputError) { if let writer = writer.take() { try writer.finish() } }
  }

  private var table: TrackTable
  private var clips: [Int: Clip] = [:]

  private init(_ table: TrackTable) { self.table = table }

  func take(_ frame: SinkFrame) throws(OutputError) {
    let findings = frame.findings
    for id in findings.endedIdentities { try clips.removeValue(forKey: id)?.finish() }
    for track in findings.tracks {
      if table.note(track, at: findings.stamp) == 0, clips.count < Self.limit {
        let name = table.name(of: track) + ".mp4"
        clips[track.id] = try Clip(path: "\(table.path)/\(name)")
        table.note(file: name, of: track.id)
      }
      try clips[track.id]?.write(frame)
    }
  }

  func finish() throws(OutputError) {
    for (_, clip) in clips.sorted(by: { $0.key < $1.key }) { try clip.finish() }
    clips = [:]
    try table.write()
  }
}
