import Capture
import Foundation
import Imaging
import Outputs
import Scene
import TestSupport
import Testing

@testable import Recording
@testable import Service

/// Clips and snapshots of events over HTTP.
@Suite(.serialized, .ownThread) struct RecordingRoutesTests {
  private static let camera = "  yard: {url: \"test:160x120@25\"}"
  private static let event = "01KB5Q8Z9X0123456789ABCDEF"

  /// A service that remembers one event, with a clip of a thousand bytes and no snapshot.
  private func service(http: String = "") async throws -> (RunningService, clip: [UInt8]) {
    let service = try await RunningService(cameras: Self.camera, http: http, storage: ", min_free: 0")
    let media = try #require(service.run.supervisor.media)
    let clip = (0..<1000).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    let name = MediaName(camera: "yard", milliseconds: 0, label: "person", identifier: Self.event, kind: .clip)
    let path = try media.place(name)
    try Data(clip).write(to: URL(filePath: path))
    media.remember(StampedEvent.Evidence(snapshot: nil, clip: path), of: Self.event)
    return (service, clip)
  }

  @Test func `a clip comes whole and in parts, as players ask for it`() async throws {
    let (service, clip) = try await service()
    let path = "/api/v1/events/\(Self.event)/clip.mp4"
    let whole = try service.get(path)
    #expect(whole.status == 200 && whole.body == clip, "\(whole.head)")
    let head = whole.head.lowercased()
    #expect(head.contains("content-type: video/mp4") && head.contains("accept-ranges: bytes"), "\(head)")
    for (header, range) in [
      ("bytes=0-0", 0...0), ("bytes=10-19", 10...19), ("bytes=990-", 990...999), ("bytes=-5", 995...999),
      ("bytes=500-9999", 500...999),
    ] {
      let part = try service.get(path, headers: ["Range: \(header)"])
      #expect(part.status == 206 && part.body == Array(clip[range]), "\(header): \(part.head)")
      #expect(
        part.head.lowercased().contains("content-range: bytes \(range.lowerBound)-\(range.upperBound)/1000"),
        "\(part.head)")
    }
    let beyond = try service.get(path, headers: ["Range: bytes=1000-"])
    #expect(beyond.status == 416 && beyond.head.lowercased().contains("content-range: bytes */1000"), "\(beyond.head)")
    // A part of what is no longer the same is the whole of what is.
    let tag = try #require(whole.head.firstMatch(of: /(?i)etag: (".*?")/)).1
    #expect(try service.get(path, headers: ["Range: bytes=1-2", "If-Range: \(tag)"]).status == 206)
    #expect(try service.get(path, headers: ["Range: bytes=1-2", "If-Range: \"old\""]).body == clip)
    try await service.stop()
  }

  @Test func `what is not there, or names anything but an event, is not found in one sentence`() async throws {
    let (service, _) = try await service()
    let media = try #require(service.run.supervisor.media)
    // A file that retention removed, and one that somebody put a link in the place of.
    let (gone, linked) = ("01KB5Q8Z9X0123456789ABCDEG", "01KB5Q8Z9X0123456789ABCDEH")
    media.remember(StampedEvent.Evidence(snapshot: "\(media.path)/gone.jpg", clip: "\(media.path)/gone.mp4"), of: gone)
    let link = "\(media.path)/link.mp4"
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "/etc/passwd")
    media.remember(StampedEvent.Evidence(snapshot: link, clip: link), of: linked)
    for (id, file, word) in [
      (Self.event, "snapshot.jpg", "no snapshot"), (gone, "clip.mp4", "no clip"), (gone, "snapshot.jpg", "no snapshot"),
      (Self.event, "crop.jpg", "no snapshot"), (gone, "crop.jpg", "no snapshot"), (linked, "crop.jpg", "no snapshot"),
      (linked, "snapshot.jpg?boxes=1", "no snapshot"), (Self.event.lowercased(), "crop.jpg", "no snapshot"),
      (linked, "clip.mp4", "no clip"), (linked, "snapshot.jpg", "no snapshot"),
      ("01KB5Q8Z9X0123456789ABCDEZ", "clip.mp4", "no clip"), (Self.event.lowercased(), "clip.mp4", "no clip"),
      ("..%2f..%2f..%2fetc%2fpasswd", "clip.mp4", "no clip"), ("%2e%2e", "clip.mp4", ""), ("..", "clip.mp4", ""),
      ("%00", "clip.mp4", "no clip"), (Self.event + "%00", "clip.mp4", "no clip"), ("%c0%ae%c0%ae", "clip.mp4", ""),
      (Self.event, "..%2fclip.mp4", ""), (Self.event, "clip.mp4/../../../../etc/passwd", ""),
      (Self.event, "yard.mp4", ""),
    ] {
      let answer = try service.get("/api/v1/events/\(id)/\(file)")
      #expect([400, 404].contains(answer.status), "\(id)/\(file): \(answer.head)")
      let sentence = String(decoding: answer.body, as: UTF8.self)
      #expect((word.isEmpty || sentence.contains(word)) && !sentence.contains("root:"), "\(id)/\(file): \(sentence)")
    }
    try await service.stop()
  }

  @Test func `an export of a stream that changes its size breaks where it changes`() async throws {
    let service = try await RunningService(cameras: Self.camera, storage: ", min_free: 0")
    let media = try #require(service.run.supervisor.media)
    let begin = (EventClock.wallMilliseconds / 3_600_000 - 2) * 3_600_000
    for (place, size) in [(0, "64x48"), (1, "128x96")] {
      let start = begin + Int64(place) * 2000
      let name = SegmentName(camera: "yard", start: start).finished(at: start + 2000, hasMotion: false)
      try FFmpegTool.run([
        "-f", "lavfi", "-i", "testsrc=s=\(size):r=10:d=2", "-pix_fmt", "yuv420p", "-movflags",
        "+frag_keyframe+empty_moov", try media.place(name),
      ])
    }
    func export(_ seconds: Int64) throws -> Int32 {
      let (after, before) = (EventClock.text(begin), EventClock.text(begin + seconds * 1000))
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [
        "curl", "-s", "-m", "60", "-o", "/dev/null",
        "http://127.0.0.1:\(service.port)/api/v1/recordings/yard/export?after=\(after)&before=\(before)",
      ]
      try process.run()
      process.waitUntilExit()
      return process.terminationStatus
    }
    #expect(try export(2) == 0)
    #expect(try export(4) == 18, "curl: the transfer is not whole")
    try await service.stop()
  }

  @Test func `what a camera recorded is there after the camera is gone`() async throws {
    let service = try await RunningService(cameras: Self.camera, storage: ", min_free: 0")
    let media = try #require(service.run.supervisor.media)
    let start = EventClock.wallMilliseconds - 60_000
    let name = SegmentName(camera: "attic", start: start).finished(at: start + 2000, hasMotion: true)
    try Data("mp4".utf8).write(to: URL(filePath: try media.place(name)))
    let list = try service.get("/api/v1/recordings/attic?after=2m")
    #expect(list.status == 200 && String(decoding: list.body, as: UTF8.self).contains("\"motion\":true"))
    let moment = EventClock.text(start + 1000)
    #expect(try service.get("/api/v1/recordings/attic/segment.mp4?at=\(moment)").body == Array("mp4".utf8))
    for other in ["cellar", "..", "%2e%2e", "attic%2F..%2Fyard", ".hidden"] {
      #expect(try service.get("/api/v1/recordings/\(other)?after=2m").status == 404, "\(other)")
    }
    try await service.stop()
  }

  @Test func `a snapshot is clean, with its box, or a crop of the object`() async throws {
    let (service, _) = try await service()
    let media = try #require(service.run.supervisor.media)
    let folder = try ScratchFolder()
    // The photograph is 768 by 576; the object in it 200 by 300.
    let box = Box(minX: 192 / 768, minY: 144 / 576, maxX: 392 / 768, maxY: 444 / 576)
    func image(_ bytes: [UInt8]) throws -> RGBImage {
      let path = folder.path + "/\(UUID()).jpg"
      try Data(bytes).write(to: URL(filePath: path))
      return RGBImage(try ImageFile(path: path).read())
    }
    let other = "01KB5Q8Z9X0123456789ABCDEJ"
    let name = MediaName(camera: "yard", milliseconds: 0, label: "person", identifier: other, kind: .snapshot)
    let path = try media.place(name)
    try FileManager.default.copyItem(at: TestClip.photograph, to: URL(filePath: path))
    media.remember(StampedEvent.Evidence(snapshot: path, clip: nil, snapshotBox: box), of: other)
    let address = "/api/v1/events/\(other)/"
    let stored = [UInt8](try Data(contentsOf: URL(filePath: path)))
    #expect(
      try service.get(address + "snapshot.jpg").body == stored
        && service.get(address + "snapshot.jpg?boxes=0").body == stored)
    let answer = try service.get(address + "snapshot.jpg?boxes=1")
    #expect(answer.status == 200 && answer.head.lowercased().contains("content-type: image/jpeg"))
    let (clean, boxed) = (try image(stored), try image(answer.body))
    #expect(boxed.width == 768 && boxed.height == 576)
    /// Mean difference of both images along the column `x` within the rows of the object.
    func difference(_ x: Int) -> Double {
      let sums = (160..<430).map { y in
        (0..<3).map { abs(Int(clean.bytes[(y * 768 + x) * 3 + $0]) - Int(boxed.bytes[(y * 768 + x) * 3 + $0])) }
          .reduce(0, +)
      }
      return Double(sums.reduce(0, +)) / Double(sums.count)
    }
    #expect(difference(192) > 60 && difference(300) < 15 && difference(600) < 15, "an outline, and nothing elsewhere")
    // A margin of 60 pixels, a fifth of the longer side.
    let crop = try image(try service.get(address + "crop.jpg").body)
    #expect(crop.width == 320 && crop.height == 420)
    let middle = (Int(crop.bytes[(210 * 320 + 160) * 3]), Int(clean.bytes[((210 + 84) * 768 + 160 + 132) * 3]))
    #expect(abs(middle.0 - middle.1) < 40, "\(middle)")
    // The file is gone: nothing is drawn.
    try FileManager.default.removeItem(atPath: path)
    for file in ["snapshot.jpg", "snapshot.jpg?boxes=1", "crop.jpg"] {
      #expect(try service.get(address + file).status == 404, "\(file)")
    }
    try await service.stop()
  }

  @Test func `nobody sees them without the token`() async throws {
    let token = "0123456789abcdef-XYZ"
    let file = FileManager.default.temporaryDirectory.appending(path: "token-\(UUID().uuidString)")
    try token.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let (service, clip) = try await service(http: "token_file: \(file.path)")
    let path = "/api/v1/events/\(Self.event)/clip.mp4"
    for headers in [[], ["Authorization: Bearer \(token)x"], ["Range: bytes=0-1"]] {
      for path in [path] + ["snapshot.jpg", "crop.jpg"].map({ "/api/v1/events/\(Self.event)/\($0)" }) {
        #expect(try service.get(path, headers: headers).status == 401)
      }
    }
    #expect(try service.get(path, headers: ["Authorization: Bearer \(token)"]).body == clip)
    try await service.stop()
  }
}
