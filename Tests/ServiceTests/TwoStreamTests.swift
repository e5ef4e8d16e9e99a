import Foundation
import Outputs
import TestSupport
import Testing

@testable import Recording
@testable import Service

/// A camera with two streams: a small one that the network of the package looks at, and a large one that is recorded as it is.
@Suite(
  .serialized, .ownThread, .enabled(if: RTSPServer.isPresent, Comment(rawValue: RTSPServer.absence)))
struct TwoStreamTests {
  /// Pixels a second at which the walker and the mark cross the large stream, of 768 columns.
  private static let speed = 110.0
  /// Seconds that a clip may be from its event: from one keyframe to the next, and between the connections of both streams, each of
  /// which has the film from its start.
  private static let tolerance = 2.0
  /// Seconds that a walk takes.
  private static let period = 9.0

  /// One of the people of the test photograph crosses it again and again. In the upper rows a white mark is 96 columns ahead of
  /// the left edge of the walker, from which follows when a frame was shown.
  private func walk(_ folder: ScratchFolder, columns: Int) throws -> String {
    let path = folder.path + "/walk-\(columns).mp4"
    let chain =
      "[0]drawbox=0:0:iw:16:black:fill[back];[back]split[a][b];[b]crop=60:140:576:196,scale=96:-1[walker];"
      + "[a][walker]overlay=x='-96+\(Self.speed)*mod(t,\(Self.period))':y=280[scene];[scene][1]overlay=x='\(Self.speed)*mod(t,\(Self.period))':y=0,"
      + "scale=\(columns):-2,format=yuv420p"
    try FFmpegTool.run(
      [
        "-loop", "1", "-framerate", "10", "-i", TestClip.photograph.path, "-f", "lavfi", "-i",
        "color=white:s=16x16:r=10",
      ]
        + ["-t", "60", "-filter_complex", chain, "-c:v", "libx264", "-preset", "veryfast", "-g", "10", path])
    return path
  }

  /// The second of the walk that the frame of `clip` at `offset` shows.
  private func moment(_ clip: String, at offset: Double, _ folder: ScratchFolder) throws -> Double {
    let row = folder.path + "/row.gray"
    try FFmpegTool.run([
      "-ss", "\(offset)", "-i", clip, "-frames:v", "1", "-vf", "crop=iw:8:0:4,scale=iw:1:flags=area,format=gray", "-f",
      "rawvideo", row,
    ])
    let bytes = [UInt8](try Data(contentsOf: URL(filePath: row)))
    #expect(bytes.count == 768, "the clip is of the large stream")
    let bright = bytes.indices.filter { bytes[$0] > 128 }
    #expect((8...17).contains(bright.count), "\(bright)")
    return Double(bright.reduce(0, +)) / Double(max(1, bright.count)) / Self.speed - 8 / Self.speed
  }

  @Test func `events of the small stream lie where the clips of the large one show them`() async throws {
    let folder = try ScratchFolder()
    let (small, large) = (try walk(folder, columns: 512), try walk(folder, columns: 768))
    let servers = (try RTSPServer(clip: small), try RTSPServer(clip: large))
    let camera = """
        yard:
          inputs: [{url: "\(servers.0.url)", roles: [detect]}, {url: "\(servers.1.url)", roles: [record, live]}]
          detect: {conf: 15%, classes: [person]}
          record: {pre_roll: 2s, post_roll: 1s, continuous: 1d}
      """
    let weights = TestClip.photograph.deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Sources/yolostream/Resources/gelan-n.safetensors")
    let service = try await RunningService(cameras: camera, storage: ", min_free: 0", weights: weights)
    func ends() throws -> [[String: Any]] {
      guard let text = try? String(contentsOf: service.events, encoding: .utf8) else { return [] }
      return try text.split(separator: "\n").compactMap {
        try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
      }.filter { $0["type"] as? String == "end" && $0["clip"] is String }
    }
    let isThere = try waiting { try ends().count >= 2 }
    #expect(isThere, "\(service.sentences)")
    for end in try ends() {
      let id = try #require(end["id"] as? String), clip = try #require(end["clip"] as? String)
      let offset = try #require(end["clip_offset"] as? Double)
      let answer = try service.get("/api/v1/events/\(id)/trace.json")
      let trace = try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any]
      let first = try #require((trace?["points"] as? [[Double]])?.first, "\(answer.head)")
      #expect(abs(first[0] - offset) < 0.01)
      // The walker is 96 columns wide, and its left edge 96 columns behind the mark's.
      let seen = ((first[1] + first[3]) / 2 * 768 + 48) / Self.speed
      let shown = try moment(clip, at: offset, folder)
      #expect(abs(shown - seen) < Self.tolerance, "seen at \(seen) s of the walk, shown at \(shown) s")
    }
    // What is recorded all the time is the large stream, too.
    let segments = try #require(service.run.segments)
    let now = EventClock.wallMilliseconds
    try await service.stop()
    let segment = try #require(segments.segments(of: "yard", touching: now - 600_000..<now).first)
    _ = try moment(segment.path, at: 0, folder)
  }
}
