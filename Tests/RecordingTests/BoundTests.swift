import FFmpeg
import Foundation
import Outputs
import Scene
import TestSupport
import Testing

@testable import Recording

/// Limits of what recording takes and can count.
@Suite struct BoundTests {
  @Test(
    arguments: [
      (10, 4096, 40_960), (UInt.max, 1, Int64.max), (UInt.max, 4096, .max), (1 << 60, 1 << 20, .max), (0, 0, 0),
    ] as [(UInt, UInt, Int64)])
  func `a file system without a limit has room, and does not overflow`(count: UInt, size: UInt, bytes: Int64) {
    #expect(OpenFolder.bytes(count, of: size) == bytes)
  }

  @Test func `a disk that hangs does not fill the memory with places of objects`() {
    var inbox = CameraRecorder.Inbox()
    let box = Box(minX: 0, minY: 0, maxX: 1, maxY: 1)
    let detection = Detection(box: box, score: 0.5, classID: 0)
    let track = Track(id: 1, detection: detection, firstSeen: 0, topScore: 0.5)
    for index in 0..<CameraRecorder.Inbox.placeLimit + 100 {
      inbox.note((FrameStamp(index: index, seconds: 0, arrival: 0), track, box, 1))
    }
    #expect(inbox.takePlaces().count == CameraRecorder.Inbox.placeLimit)
    #expect(inbox.takePlaces().isEmpty)
  }

  @Test(.enabled(if: SmallDisk.isPossible))
  func `what was recorded before the disk was full has its name at once`() throws {
    let disk = try SmallDisk(megabytes: 1)
    let ring = PacketRing(), media = try MediaFolder(path: disk.path)
    var tape = SegmentTape("front", ring, length: 100, before: 1, after: 1, folder: media)
    var demuxer = try Demuxer(.file(TestClip.walk.file.path))
    let video = demuxer.mainVideo
    ring.begin(video: try #require(video), audioStreams: [])
    while media.report.segmentFailures == 0, case .packet(let packet) = try demuxer.read() {
      let seconds = packet.timeBase.seconds(of: packet.decodingTimestamp ?? packet.timestamp ?? 0)
      let now = UInt64((100 + max(0, seconds)) * 1e9)
      ring.append(packet, at: now)
      tape.work(now: now)
    }
    #expect(media.report.segmentFailures == 1)
    let paths = (FileManager.default.enumerator(atPath: disk.path)?.allObjects ?? []).compactMap { $0 as? String }
    let names = paths.compactMap { SegmentName(parsing: $0.split(separator: "/").last ?? "") }
    let span = try #require(names.first?.span, "\(paths)")
    #expect(names.count == 1 && span.end - span.start > 500, "\(names)")
  }
}
