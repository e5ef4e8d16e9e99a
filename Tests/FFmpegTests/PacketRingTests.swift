import Foundation
import Testing

@testable import FFmpeg

@Suite struct PacketRingTests {
  /// Forty frames, a keyframe every twelve.
  private struct Material {
    let video: StreamDescription
    var packets: [Packet] = []
    /// Where files may begin, in rising order; the encoder chooses.
    var keys: [Int] { packets.indices.filter { packets[$0].isKey } }

    init(width: Int = 96) throws {
      let folder = try TemporaryFolder()
      let path = folder.path("clip.mkv")
      try Clip(width: width, container: .matroska).write(to: path)
      var demuxer = try Demuxer(.file(path))
      let found = demuxer.mainVideo
      video = try #require(found)
      while case .packet(let packet) = try demuxer.read() { packets.append(packet) }
    }
  }

  private static let second: UInt64 = 1_000_000_000

  /// Has `ring` take in `packets`, one a second from second `first` on.
  private func fill(_ ring: PacketRing, _ material: Material, from first: Int = 1) {
    ring.begin(video: material.video, audioStreams: [])
    for (index, packet) in material.packets.enumerated() {
      ring.append(packet, at: UInt64(index + first) * Self.second)
    }
  }

  @Test func `without a reader nothing is kept`() throws {
    let material = try Material()
    let ring = PacketRing()
    fill(ring, material)
    #expect(ring.byteCount == 0)
    var reader: PacketReader? = ring.reader(seconds: 10)
    fill(ring, material)
    #expect(ring.byteCount > 0)
    _ = reader
    reader = nil
    #expect(ring.byteCount == 0)
  }

  @Test(arguments: [0, 1, 3, 8, 15, 20, 39, 1000])
  func `the last seconds are held, from the keyframe before them on`(seconds: Int) throws {
    let material = try Material()
    // The last packet comes at second 40, packet n at second n + 1.
    let first = try #require(material.keys.last { $0 + 1 <= max(1, 40 - seconds) })
    let ring = PacketRing()
    let reader = ring.reader(seconds: Double(seconds))
    fill(ring, material)
    reader.begin(at: 0)
    let entries = reader.take()
    #expect(entries.first?.isKey == true)
    #expect(entries.first?.number == first)
    #expect(entries.last?.number == 39)
    // By reference: the very packets.
    #expect(entries.first?.packet === material.packets[first])
    #expect(reader.take().isEmpty)
  }

  @Test func `a reader begins at the keyframe before a moment, and what it misses is counted`() throws {
    let material = try Material()
    let ring = PacketRing()
    let demanding = ring.reader(seconds: 30)
    let reader = ring.reader(seconds: 1)
    fill(ring, material)
    // The demanding reader has the ring hold what came from second 10 on, and the GOP before.
    let held = try #require(material.keys.last { $0 + 1 <= 10 })
    for moment in (held + 1)...40 {
      reader.begin(at: UInt64(moment) * Self.second)
      #expect(reader.take().first?.number == material.keys.last { $0 + 1 <= moment })
    }
    reader.begin(at: .max)
    #expect(reader.take().first?.number == material.keys.last)
    reader.begin(at: 0)
    // Another eighty packets push out what the slow reader has not taken.
    fill(ring, material, from: 41)
    fill(ring, material, from: 81)
    let late = reader.take()
    #expect(late.first?.isKey == true && late.first?.number ?? 0 > 40)
    #expect(reader.missedCount == (late.first?.number ?? 0) - held)
    withExtendedLifetime(demanding) {}
  }

  @Test func `the limit of bytes goes before the requested seconds`() throws {
    let material = try Material()
    let sizes = material.packets.map(\.byteCount)
    let second = try #require(material.keys.dropFirst().first)
    let ring = PacketRing(byteLimit: sizes[second...].reduce(0, +))
    let reader = ring.reader(seconds: 1000)
    fill(ring, material)
    reader.begin(at: 0)
    #expect(reader.take().first?.number == second)
    #expect(ring.byteCount <= ring.byteLimit)
    // A GOP that is larger than the limit leaves nothing to begin with.
    let tiny = PacketRing(byteLimit: 10)
    let hopeful = tiny.reader(seconds: 1000)
    fill(tiny, material)
    hopeful.begin(at: 0)
    #expect(hopeful.take().isEmpty && tiny.byteCount == 0)
  }

  @Test func `another opening and another size are another epoch`() throws {
    let small = try Material()
    let ring = PacketRing()
    let reader = ring.reader(seconds: 1000)
    reader.begin(at: 0)
    fill(ring, small)
    fill(ring, small)
    #expect(Set(reader.take().map(\.epoch.number)) == [0, 1])
    // Keyframes in the middle of a stream that carry another size, as a camera with new settings sends them.
    let folder = try TemporaryFolder()
    var packets: [Packet] = []
    var described: StreamDescription?
    for (index, width) in [96, 128].enumerated() {
      let path = folder.path("part\(index).h264")
      var clip = Clip(width: width, timeBase: TimeBase.video)
      clip.times = (0..<40).map { Int64($0) * 3600 }
      try clip.writeElementary(to: path)
      var demuxer = try Demuxer(.file(path))
      described = described ?? demuxer.mainVideo
      while case .packet(let packet) = try demuxer.read() { packets.append(packet) }
    }
    ring.begin(video: try #require(described), audioStreams: [])
    for packet in packets { ring.append(packet) }
    let entries = reader.take()
    #expect(entries.count == 80)
    #expect(Set(entries.map(\.epoch.number)) == [2, 3])
    #expect(entries.last?.epoch.video.parameters.width == 128)
    #expect(entries.first { $0.epoch.number == 3 }?.isKey == true)
  }

  @Test(.timeLimit(.minutes(30))) func `a waiting reader is woken`() async throws {
    let material = try Material()
    let ring = PacketRing()
    let reader = ring.reader(seconds: 10)
    reader.begin(at: .max)
    async let entry: PacketRing.Entry? = {
      for await _ in reader.arrivals { if let entry = reader.take().first { return entry } }
      return nil
    }()
    fill(ring, material)
    #expect(await entry?.isKey == true)
  }
}

extension Clip {
  /// The bare stream, keyframes with their headers before them.
  fileprivate func writeElementary(to path: String) throws {
    var settings = Encoder.Settings(
      codecName: codec, width: width, height: height, format: format,
      colour: FrameColour(matrix: .bt601, isFullRange: false), timeBase: timeBase)
    settings.keyInterval = 12
    var encoder = try Encoder(settings)
    var bytes = Data()
    func drain(_ encoder: inout Encoder) throws {
      while case .packet(let packet) = try encoder.receive() { packet.withBytes { bytes.append(contentsOf: $0) } }
    }
    for (index, time) in times.enumerated() {
      try encoder.send(try frame(index), timestamp: time)
      try drain(&encoder)
    }
    try encoder.send(nil)
    try drain(&encoder)
    try bytes.write(to: URL(filePath: path))
  }
}
