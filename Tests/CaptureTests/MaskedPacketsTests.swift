import FFmpeg
import Imaging
import Scene
import TestSupport
import Testing

@testable import Capture

@Suite struct MaskedPacketsTests {
  private static let area = Polygon(corners: [
    .init(x: 0, y: 0), .init(x: 0.5, y: 0), .init(x: 0.5, y: 0.5), .init(x: 0, y: 0.5),
  ])

  /// The brightness of each frame of `packets`, by presentation time in ticks.
  private func grids(of packets: [Packet], _ parameters: StreamParameters) throws -> [Int64: LumaGrid] {
    var decoder = try Decoder(parameters)
    var found: [Int64: LumaGrid] = [:]
    for packet in packets {
      try decoder.send(packet)
      while case .frame(let frame) = try decoder.receive() {
        if let time = frame.timestamp, let pixels = PixelBuffer(wrapping: frame) { found[time] = LumaGrid(pixels) }
      }
    }
    return found
  }

  @Test(arguments: [TestClip.walk, .traffic])
  func `each frame is there with its time and arrival, its keyframes and audio, and black where masks are`(
    clip: TestClip
  ) async throws {
    var demuxer = try Demuxer(.file(clip.file.path))
    let main = demuxer.mainVideo
    let video = try #require(main), audio = demuxer.streams.filter { $0.parameters.kind == .audio }
    let source = PacketRing(takesAudio: true)
    // The packets come faster than from a camera: somebody keeps them.
    let keeper = source.reader(seconds: 1000)
    let masked = MaskedPackets(source, of: "front", masks: [Self.area]) { Issue.record("\($0)") }
    let reader = masked.ring.reader(seconds: 1000)
    reader.begin(at: 0)
    try masked.start()
    source.begin(video: video, audioStreams: audio)
    var plain: [Packet] = [], arrivals: [Int64: UInt64] = [:], audioCount = 0
    while case .packet(let packet) = try demuxer.read() {
      let arrival = UInt64(1_000_000_000 + plain.count * 1_000_000)
      if packet.streamIndex == video.index {
        plain.append(packet)
        arrivals[packet.timestamp ?? 0] = arrival
      } else {
        audioCount += 1
      }
      source.append(packet, at: arrival)
    }
    var entries: [PacketRing.Entry] = []
    // The decoder holds back the last frames, of which the order may not be known yet.
    #expect(
      waiting {
        entries += reader.take()
        return entries.count(where: \.isVideo) >= plain.count - 8
      })
    await masked.stop()
    withExtendedLifetime(keeper) {}
    let shown = entries.filter(\.isVideo)
    let parameters = try #require(shown.first?.epoch.video.parameters)
    #expect(parameters.codecName == "h264" && parameters.width == video.parameters.width)
    #expect(Set(entries.map(\.epoch.number)) == [0])
    #expect(audio.isEmpty ? entries.allSatisfy(\.isVideo) : entries.count - shown.count > audioCount - 60)
    for entry in shown { #expect(arrivals[entry.packet.timestamp ?? -1] == entry.arrival) }
    let keys = Set(plain.filter(\.isKey).compactMap(\.timestamp))
    #expect(shown.filter { $0.packet.isKey }.allSatisfy { keys.contains($0.packet.timestamp ?? -1) })
    #expect(shown.count { $0.packet.isKey } >= keys.count - 1)
    let before = try grids(of: plain, video.parameters), after = try grids(of: shown.map(\.packet), parameters)
    #expect(after.count >= before.count - 10)
    for (time, grid) in after {
      let original = try #require(before[time])
      var difference = 0, count = 0
      for row in 0..<grid.rows {
        for column in 0..<grid.columns {
          let level = grid.levels[row * grid.columns + column]
          if row + 1 < grid.rows / 2, column + 1 < grid.columns / 2 {
            #expect(level < 24, "black is 16, at \(column),\(row) of \(time)")
          } else if row > grid.rows / 2 || column > grid.columns / 2 {
            difference += abs(Int(level) - Int(original.levels[row * grid.columns + column]))
            count += 1
          }
        }
      }
      #expect(difference < 4 * count, "\(difference) in \(count) cells of \(time)")
    }
  }

  @Test func `another connection begins with a keyframe of its own`() async throws {
    var demuxer = try Demuxer(.file(TestClip.walk.file.path))
    let main = demuxer.mainVideo
    let video = try #require(main)
    let source = PacketRing(), keeper = source.reader(seconds: 1000)
    let masked = MaskedPackets(source, of: "front", masks: [Self.area]) { _ in }
    let reader = masked.ring.reader(seconds: 1000)
    reader.begin(at: 0)
    try masked.start()
    source.begin(video: video, audioStreams: [])
    var number = 0
    while case .packet(let packet) = try demuxer.read() {
      // Another connection in the middle: packets of both do not mix.
      if number == 100 { source.begin(video: video, audioStreams: []) }
      source.append(packet, at: UInt64(1_000_000_000 + number * 1_000_000))
      number += 1
    }
    var entries: [PacketRing.Entry] = []
    #expect(
      waiting {
        entries += reader.take()
        return entries.count > 240
      })
    await masked.stop()
    withExtendedLifetime(keeper) {}
    #expect(Set(entries.map(\.epoch.number)) == [0, 1])
    #expect(entries.first { $0.epoch.number == 1 }?.isKey == true, "a file can begin with it")
  }
}
