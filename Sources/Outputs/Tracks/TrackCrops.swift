import Scene

/// Writes what the box of each track shows, an image a frame: `ID-CLASS/FRAME.jpg`, frames counted from 0.
///
/// What stands still for hours does not fill the disk: of each track the first hundred frames are written, then every second one
/// up to the next hundred images, every fourth, and so on. `tracks.csv` lists all tracks.
final class TrackCrops: Sink {
  static let kind = SinkKind(
    "track-crops", "An image of each track in each frame, a folder a track.", target: "dir", needs: [.pixels, .tracks],
    isForFiles: true
  ) { path, context throws(OutputError) in
    TrackCrops(try TrackTable(path: path, context.classes))
  }

  /// Images of a track between two doublings of the distance.
  private static let imagesPerDistance = 100

  private var writer = ImageWriter()
  private var table: TrackTable
  /// Images written of each track that is still followed.
  private var counts: [Int: Int] = [:]

  private init(_ table: TrackTable) { self.table = table }

  func take(_ frame: SinkFrame) throws(OutputError) {
    guard let pixels = frame.pixels else { return }
    let findings = frame.findings
    for track in findings.tracks {
      let place = table.note(track, at: findings.stamp)
      let count = counts[track.id, default: 0]
      guard place % (1 << min(count / Self.imagesPerDistance, 32)) == 0 else { continue }
      let box = track.detection.box.clamped(toWidth: Float(findings.width), height: Float(findings.height))
      guard box.width >= 1, box.height >= 1 else { continue }
      let name = table.name(of: track)
      if count == 0 {
        try OutputFolder.make("\(table.path)/\(name)")
        table.note(file: name, of: track.id)
      }
      try writer.write(pixels.buffer, to: "\(table.path)/\(name)/\(findings.stamp.index).jpg", cut: box)
      counts[track.id] = count + 1
    }
    for id in findings.endedIdentities { counts[id] = nil }
  }

  func finish() throws(OutputError) { try table.write() }
}
