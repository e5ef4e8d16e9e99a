import FFmpeg
import Foundation
import Imaging
import Outputs
import Pipeline
import Rules
import Scene
import Settings
import TestSupport
import Testing

@testable import Recording

/// A camera that shows a clip from second 100 of the clock on, and a recorder that records it.
final class RecordedScene {
  let ring = PacketRing(takesAudio: true)
  let folder: ScratchFolder
  let media: MediaFolder
  var recorder: EventRecorder
  var history = EventRecorderTests.rules
  var stamper = EventStamper(classes: EventRecorderTests.classes, camera: "front", clock: .wall)
  var published: [(StampedEvent, StampedEvent.Evidence)] = []
  var updates: [(StampedEvent, StampedEvent.Evidence)] = []
  private var packets: ArraySlice<Packet> = []
  private let streams: (video: StreamDescription, audioStreams: [StreamDescription])
  private var frame = 0

  init(_ clip: TestClip, folder: ScratchFolder? = nil, _ change: (inout RecordSettings) -> Void = { _ in }) throws {
    self.folder = try folder ?? ScratchFolder()
    media = try MediaFolder(path: self.folder.path)
    var settings = CameraSettings(named: "front", defaults: CameraDefaults())
    settings.record.preRoll = 2
    settings.record.postRoll = 1
    change(&settings.record)
    recorder = EventRecorder(settings, ring: ring, delay: 3, folder: media)
    var demuxer = try Demuxer(.file(clip.file.path))
    var all: [Packet] = []
    while case .packet(let packet) = try demuxer.read() { all.append(packet) }
    packets = all[...]
    let video = demuxer.mainVideo
    streams = (try #require(video), demuxer.streams.filter { $0.parameters.kind == .audio })
    ring.begin(video: streams.video, audioStreams: streams.audioStreams)
  }

  /// Nanoseconds of the clock at second `time` of the clip.
  static func clock(_ time: Double) -> UInt64 { UInt64((100 + time) * 1e9) }

  /// Lets all packets before second `time` of the clip come, a quarter of a second at a time.
  func play(until time: Double) {
    while let packet = packets.first {
      let seconds = packet.timeBase.seconds(of: packet.decodingTimestamp ?? 0)
      guard seconds < time else { break }
      ring.append(packet, at: Self.clock(max(0, seconds)))
      packets.removeFirst()
      if packets.count % 8 == 0 { work(at: seconds) }
    }
    work(at: time)
  }

  func work(at time: Double, isLast: Bool = false) {
    published += recorder.work(now: Self.clock(max(0, time)), isLast: isLast)
    updates += recorder.updates(now: Self.clock(max(0, time)))
  }

  /// The source is opened again and shows the clip from its start.
  func reopen() { ring.begin(video: streams.video, audioStreams: streams.audioStreams) }

  /// At second `time` these tracks are there, and those have ended; `earlier` is where they were seen before.
  func see(
    _ ids: [Int], ended: [Int] = [], at time: Double, label: Int = 0, right: Float = 0, earlier: [Int: [Sighting]] = [:]
  ) {
    var findings = FrameFindings(
      stamp: FrameStamp(index: frame, seconds: time, arrival: Self.clock(time)), width: 96, height: 64, detections: []
    )
    frame += 1
    findings.tracks = ids.map {
      Track(
        id: $0,
        detection: Detection(
          box: Box(minX: 10 + right, minY: 10, maxX: 40 + right, maxY: 50), score: 0.8, classID: label),
        firstSeen: time - 0.4,
        topScore: 0.8)
    }
    findings.endedIdentities = ended
    findings.earlierSightings = earlier
    recorder.take(history.events(in: findings).map { stamper.stamp($0) }, [])
  }

  /// Ends it all at second `time`.
  func finish(at time: Double) {
    recorder.take(history.finish().map { stamper.stamp($0) }, [])
    work(at: time, isLast: true)
  }

  var isIdle: Bool { recorder.isIdle }

  /// All clips, by their names.
  var clips: [String] { folder.files(ending: ".mp4") }
}
