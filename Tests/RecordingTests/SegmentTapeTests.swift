import FFmpeg
import Foundation
import Outputs
import TestSupport
import Testing

@testable import Recording

/// A real clip arrives packet by packet on a clock that the test controls, and is recorded continuously.
@Suite struct SegmentTapeTests {
  /// A camera that shows a clip again and again, and the tape that records it.
  private final class Recorded {
    let ring: PacketRing
    let scratch: ScratchFolder
    let media: MediaFolder
    var tape: SegmentTape
    private let packets: [Packet]
    private var next = 0

    init(_ clip: TestClip, length: Double = 2, takesAudio: Bool = true) throws {
      ring = PacketRing(takesAudio: takesAudio)
      scratch = try ScratchFolder()
      media = try MediaFolder(path: scratch.path)
      tape = SegmentTape("front", ring, length: length, before: 1, after: 1, folder: media)
      var demuxer = try Demuxer(.file(clip.file.path))
      var all: [Packet] = []
      while case .packet(let packet) = try demuxer.read() { all.append(packet) }
      packets = all
      let video = demuxer.mainVideo
      let stream = try #require(video)
      ring.begin(
        video: stream, audioStreams: demuxer.streams.filter { takesAudio && $0.parameters.kind == .audio })
    }

    var clock: UInt64 = 100_000_000_000

    /// Lets `count` more packets arrive.
    func play(_ count: Int) {
      for packet in packets[next..<min(next + count, packets.count)] {
        let seconds = packet.timeBase.seconds(of: packet.decodingTimestamp ?? packet.timestamp ?? 0)
        clock = UInt64((100 + max(0, seconds)) * 1e9)
        ring.append(packet, at: clock)
        next += 1
        if next % 5 == 0 { tape.work(now: clock) }
      }
      tape.work(now: clock)
    }

    var isOver: Bool { next == packets.count }

    /// The segments, by their start.
    var names: [SegmentName] {
      scratch.files(ending: ".mp4").compactMap { SegmentName(parsing: $0.split(separator: "/").last ?? "") }
        .sorted { $0.start < $1.start }
    }

    func path(_ name: SegmentName) -> String {
      "\(scratch.path)/\(RecordedName.segment(name).folder)/\(name.file)"
    }
  }

  /// Number of video packets of a file, and when they end.
  private func content(_ path: String) throws -> (count: Int, end: Double, isKeyFirst: Bool) {
    var demuxer = try Demuxer(.file(path))
    let video = demuxer.mainVideo?.index
    var count = 0, end = 0.0, isKeyFirst = false
    while case .packet(let packet) = try demuxer.read() {
      guard packet.streamIndex == video else { continue }
      if count == 0 { isKeyFirst = packet.isKey }
      count += 1
      end = max(end, packet.timeBase.seconds(of: packet.decodingTimestamp ?? 0) + (packet.duration ?? 0))
    }
    return (count, end, isKeyFirst)
  }

  @Test(arguments: [TestClip.walk, .traffic])
  func `segments follow each other without a gap and without a lost frame`(clip: TestClip) throws {
    let camera = try Recorded(clip)
    while !camera.isOver { camera.play(50) }
    camera.tape.stop()
    let names = camera.names
    #expect(names.count >= 3 && names.allSatisfy { $0.content == .still })
    var count = 0
    for (index, name) in names.enumerated() {
      let span = try #require(name.span), content = try content(camera.path(name))
      #expect(content.isKeyFirst)
      #expect(abs(content.end - Double(span.end - span.start) / 1e3) < 0.05, "\(name)")
      if index > 0, let before = names[index - 1].span { #expect(abs(span.start - before.end) <= 21) }
      count += content.count
    }
    var demuxer = try Demuxer(.file(clip.file.path))
    let video = demuxer.mainVideo?.index
    var expected = 0
    while case .packet(let packet) = try demuxer.read() { expected += packet.streamIndex == video ? 1 : 0 }
    #expect(count == expected)
    #expect(camera.media.report.segments == names.count && camera.media.report.segmentFailures == 0)
  }

  @Test func `motion is noted in the segments around it, also in one that is whole`() throws {
    let camera = try Recorded(.walk)
    while camera.names.count < 3 { camera.play(1) }
    // The third has just started: what moves now, with the second before, is in the second as well.
    camera.tape.noteMotion(at: camera.clock)
    #expect(camera.names.map(\.content) == [.still, .motion, .unfinished])
    while camera.names.count < 5, !camera.isOver { camera.play(5) }
    #expect(camera.names.map(\.content).prefix(3) == [.still, .motion, .motion])
  }

  @Test func `another connection begins another segment, and what was missed does not appear in any`() throws {
    let camera = try Recorded(.walk, length: 100)
    camera.play(40)
    camera.tape.stop()
    #expect(camera.names.count == 1 && camera.names.first?.end != nil)
    camera.play(1)
    camera.play(60)
    camera.tape.stop()
    #expect(camera.names.count == 2)
    for name in camera.names { #expect(try content(camera.path(name)).isKeyFirst) }
  }

  @Test func `a segment that was being written when the program ended gets its name at the next start`() throws {
    let camera = try Recorded(.walk, length: 100)
    camera.play(150)
    let open = try #require(camera.names.first)
    #expect(open.content == .unfinished)
    let copy = try ScratchFolder()
    let folder = "\(copy.path)/\(RecordedName.segment(open).folder)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: camera.path(open), toPath: "\(folder)/\(open.file)")
    SegmentFolder(path: copy.path).adoptUnfinished(of: "front")
    let name = try #require(copy.files(ending: ".mp4").first?.split(separator: "/").last)
    let adopted = try #require(SegmentName(parsing: name))
    #expect(adopted.start == open.start && adopted.content == .motion)
    let span = try #require(adopted.span)
    #expect(span.end - span.start > 2000)
  }

  @Test func `a segment with damaged times keeps its name`() throws {
    let camera = try Recorded(.walk, length: 100)
    camera.play(150)
    let open = try #require(camera.names.first)
    var bytes = [UInt8](try Data(contentsOf: URL(filePath: camera.path(open))))
    func replace(_ box: String, at offset: Int, by number: [UInt8]) throws {
      let place = try #require(bytes.firstRange(of: Array(box.utf8))).upperBound + offset
      bytes.replaceSubrange(place..<place + number.count, with: number)
    }
    // One tick a second, and 2^62 of them.
    try replace("mdhd", at: 12, by: [0, 0, 0, 1])
    try replace("tfdt", at: 4, by: [64, 0, 0, 0, 0, 0, 0, 0])
    let copy = try ScratchFolder()
    let folder = "\(copy.path)/\(RecordedName.segment(open).folder)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(bytes).write(to: URL(filePath: "\(folder)/\(open.file)"))
    SegmentFolder(path: copy.path).adoptUnfinished(of: "front")
    #expect(copy.files(ending: ".mp4").first?.hasSuffix(open.file) == true)
  }

  @Test(arguments: [TestClip.walk, .traffic])
  func `an export has the packets of its span from a keyframe on, with their times`(clip: TestClip) throws {
    let camera = try Recorded(clip)
    while !camera.isOver { camera.play(50) }
    camera.tape.stop()
    let first = try #require(camera.names.first?.span?.start), last = try #require(camera.names.last?.span?.end)
    #expect(last - first > 8000)
    let folder = SegmentFolder(path: camera.scratch.path)
    #expect(RecordingExport(of: "front", last + 1000..<last + 2000, in: folder) == nil)
    #expect(RecordingExport(of: "back", first..<last, in: folder) == nil)
    let export = try #require(RecordingExport(of: "front", first + 3300..<first + 7300, in: folder))
    var bytes: [UInt8] = []
    while let piece = try export.next() { bytes += piece }
    #expect(!export.isCutShort)
    let path = camera.scratch.path + "/export.mp4"
    try Data(bytes).write(to: URL(filePath: path))
    let found = try content(path)
    #expect(found.isKeyFirst)
    // Four seconds, and what lies between the keyframe and the beginning.
    #expect(found.end > 4 - 0.1 && found.end < 4 + (clip == .walk ? 0.6 : 4.9), "\(found.end)")
    let frames = try frames(path)
    #expect(frames.count == found.count)
    // Frames follow each other as in the clip.
    let steps = zip(frames, frames.dropFirst()).map { $1 - $0 }
    #expect(steps.allSatisfy { $0 > 0.01 && $0 < 0.15 }, "\(steps.max() ?? 0)")
  }

  @Test func `audio that begins later is left out of an export that began without`() throws {
    let mute = try Recorded(.traffic, takesAudio: false), loud = try Recorded(.traffic)
    for camera in [mute, loud] {
      camera.play(400)
      camera.tape.stop()
    }
    let first = try #require(mute.names.first?.span?.start), last = try #require(mute.names.last?.span?.end)
    let source = try #require(loud.names.first), span = try #require(source.span)
    let name = SegmentName(camera: "front", start: last).finished(at: last + span.end - span.start, hasMotion: false)
    let path = mute.path(name)
    try FileManager.default.createDirectory(
      at: URL(filePath: path).deletingLastPathComponent(), withIntermediateDirectories: true)
    try FileManager.default.copyItem(atPath: loud.path(source), toPath: path)
    let folder = SegmentFolder(path: mute.scratch.path)
    let export = try #require(RecordingExport(of: "front", first..<last + 60_000, in: folder))
    var bytes: [UInt8] = []
    while let piece = try export.next() { bytes += piece }
    let file = mute.scratch.path + "/export.mp4"
    try Data(bytes).write(to: URL(filePath: file))
    let counts = try mute.names.map { try content(mute.path($0)).count }
    #expect(try content(file).count == counts.reduce(0, +))
    let demuxer = try Demuxer(.file(file))
    #expect(demuxer.streams.count == 1)
  }

  /// Times of the decoded frames of a file.
  private func frames(_ path: String) throws -> [Double] {
    var demuxer = try Demuxer(.file(path))
    let main = demuxer.mainVideo
    let video = try #require(main)
    var decoder = try Decoder(video.parameters)
    var times: [Double] = []
    func receive() throws {
      while case .frame(let frame) = try decoder.receive() {
        times.append(video.timeBase.seconds(of: frame.timestamp ?? 0))
      }
    }
    while case .packet(let packet) = try demuxer.read() {
      guard packet.streamIndex == video.index else { continue }
      try decoder.send(packet)
      try receive()
    }
    try decoder.send(nil)
    try receive()
    return times
  }
}
