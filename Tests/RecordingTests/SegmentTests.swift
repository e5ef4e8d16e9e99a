import FFmpeg
import Foundation
import Outputs
import Settings
import TestSupport
import Testing

@testable import Recording

/// Names, times and ages of the segments of continuous recordings.
@Suite struct SegmentTests {
  private static let start: Int64 = 1_795_459_167_123

  @Test func `a segment's name states its camera, its times and whether something moved`() throws {
    let name = SegmentName(camera: "back_yard-2", start: Self.start)
    #expect(name.file == "back_yard-2_20261123T183927.123Z_unfinished.mp4")
    let still = name.finished(at: Self.start + 60_040, hasMotion: false)
    #expect(still.file == "back_yard-2_20261123T183927.123Z_20261123T184027.163Z_still.mp4")
    #expect(RecordedName.segment(still).folder == "back_yard-2/2026-11-23/18")
    #expect(still.span.map { $0.start } == Self.start && still.span.map { $0.end } == Self.start + 60_040)
    for name in [name, still, still.withMotion] { #expect(SegmentName(parsing: name.file) == name) }
    #expect(still.withMotion.content == .motion && MediaName(parsing: still.file) == nil)
  }

  @Test(
    arguments: [
      "", "still.mp4", "c_still.mp4", "c_20261123T183927.123Z_still.mp4", "c_20261123T183927.123Z_unfinished.mkv",
      "c_20261123T183927.123Z_20261123T183926.123Z_still.mp4", "c_20261123T183927.123Z_20261123T184027.163Z_alert.mp4",
      "../c_20261123T183927.123Z_20261123T184027.163Z_still.mp4", "_20261123T183927.123Z_unfinished.mp4",
      "c_20261123T18392x.123Z_unfinished.mp4", "c_20261123T183927.123Z_20261123T184027.163Z_still.mp4.part",
    ])
  func `any other name is not a segment's`(name: String) { #expect(SegmentName(parsing: name) == nil) }

  @Test func `segments join although their first packets are late by different times`() {
    var clock = SegmentClock()
    var starts: [Double] = []
    // Keyframes at 0, 60, 120 … arrive up to 50 ms late, other packets at once, and the stream's clock is 0.01 % slow.
    for segment in 0..<20 {
      let time = Double(segment) * 60
      clock.see(time, arrival: 1000 + time * 1.0001 + (segment % 2 == 0 ? 0.05 : 0.02))
      starts.append(clock.begin(at: time))
      for step in 1..<60 { clock.see(time + Double(step), arrival: 1000 + (time + Double(step)) * 1.0001) }
    }
    let gaps = zip(starts, starts.dropFirst()).map { $1 - $0 - 60 }
    #expect(gaps.allSatisfy { abs($0) <= 0.021 }, "\(gaps)")
    // It follows the wall clock all the same.
    #expect(abs(starts[19] - (1000 + 19 * 60 * 1.0001)) < 0.1)
    // A clock that was set is followed from the next segment on.
    clock.see(1200, arrival: 5000)
    _ = clock.begin(at: 1200)
    clock.see(1260, arrival: 5060)
    #expect(clock.begin(at: 1260) == 5060)
  }

  private func segment(_ secondsAgo: Int64, _ content: SegmentName.Content) -> SegmentName {
    let begin = Self.start - secondsAgo * 1000
    return SegmentName(camera: "front", start: begin).finished(at: begin + 60_000, hasMotion: content == .motion)
  }

  @Test func `a segment stays as long as what overlaps it`() throws {
    var rules = RetentionRules()
    var front = CameraDefaults().record
    (front.continuous, front.motion, front.alerts) = (3000, 7000, 30_000)
    rules.continuous = ["front": front]
    #expect(rules.age(of: segment(0, .still), maxAge: 5, isAlert: false) == 3000)
    #expect(rules.age(of: segment(0, .motion), maxAge: 5, isAlert: false) == 7000)
    #expect(rules.age(of: segment(0, .still), maxAge: 5, isAlert: true) == 30_000)
    rules.continuous = [:]
    #expect(rules.age(of: segment(0, .still), maxAge: 5, isAlert: false) == 5, "a camera that is gone")
    (front.continuous, front.motion) = (nil, nil)
    rules.continuous = ["front": front]
    #expect(rules.age(of: segment(0, .motion), maxAge: 5, isAlert: false) == RetentionRules.shortestAge)
  }

  @Test func `what is too old goes, and alerts that overlap spare theirs`() throws {
    let scratch = try ScratchFolder()
    let media = try MediaFolder(path: scratch.path)
    let names = [
      segment(2000, .still), segment(4000, .still), segment(5000, .motion), segment(8000, .motion),
      segment(20_000, .still), segment(40_000, .motion),
    ]
    for name in names { try Data([1]).write(to: URL(filePath: try media.place(name))) }
    let open = SegmentName(camera: "front", start: Self.start - 50_000_000)
    try Data([1]).write(to: URL(filePath: try media.place(open)))
    media.note(open.file, isOpen: true)
    var front = CameraDefaults().record
    (front.continuous, front.motion, front.alerts) = (3000, 7000, 30_000)
    var rules = RetentionRules()
    rules.continuous = ["front": front]
    var limits = StorageSettings()
    limits.minFree = .bytes(0)
    // Alerts during the segments of 20,000 and 40,000 seconds ago: the second is too old even so.
    let alerts = [20_000, 40_000].map { Self.start - $0 * 1000 + 30_000...Self.start - $0 * 1000 + 31_000 }
    rules.knowledge = .init(
      kept: { [] }, alerts: { _ in [] },
      alertSpans: { camera, span in
        camera == "front" ? alerts.filter { $0.overlaps(span) } : []
      }, forget: { paths in Issue.record("\(paths)") })
    _ = Retention.sweep(media, limits, rules, now: Self.start) { #expect($0.removed == 3) }
    let left = Set(scratch.files(ending: ".mp4").map { $0.split(separator: "/").last.map(String.init) ?? "" })
    #expect(left == Set([names[0], names[2], names[4], open].map(\.file)))
  }
}
