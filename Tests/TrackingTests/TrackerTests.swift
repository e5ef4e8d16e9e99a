import Scene
import Testing
import Tracking

@Suite struct TrackerTests {
  @Test func `what the first frame shows has an identity at once, what comes later has to last`() {
    var tracker = Tracker()
    let first = Walker(x: 100, speed: 50)
    let second = Walker(x: 600, speed: 50)
    #expect(tracker.update([first.detection(at: 0)], at: 0).map(\.id) == [1])
    var shown: [Int] = []
    for time in frames(6).dropFirst() {
      shown.append(tracker.update([first.detection(at: time), second.detection(at: time)], at: time).count)
    }
    // 0.9 + 0.9 is below the required evidence, 3 * 0.9 is not.
    #expect(shown == [1, 1, 2, 2, 2])
  }

  @Test func `where an object was seen before it was confirmed comes with its confirmation`() throws {
    var tracker = Tracker()
    let first = Walker(x: 100, speed: 50), second = Walker(x: 600, speed: 50)
    var earlier: [[Int: [Sighting]]] = []
    for (index, time) in frames(6).enumerated() {
      let walkers = index == 0 ? [first] : [first, second]
      _ = tracker.update(walkers.map { $0.detection(at: time) }, at: time)
      earlier.append(tracker.earlierSightings)
    }
    #expect(earlier.map(\.count) == [0, 0, 0, 1, 0, 0], "the first was there at once, the second needs three frames")
    let sightings = try #require(earlier[3][2])
    #expect(sightings.map(\.seconds) == Array(frames(6)[1...2]))
    for sighting in sightings {
      let box = second.detection(at: sighting.seconds).box
      #expect(sighting.box.intersectionOverUnion(with: box) > 0.95 && sighting.score == 0.9)
    }
  }

  @Test(arguments: [10.0, 25, 50])
  func `objects that cross keep their identities`(rate: Double) {
    var tracker = Tracker()
    let right = Walker(x: 100, y: 200, speed: 120)
    let left = Walker(x: 580, y: 230, speed: -120)
    var names: [[Int]] = []
    for time in frames(Int(4 * rate), rate: rate) {
      let tracks = tracker.update([right.detection(at: time), left.detection(at: time)], at: time)
      names.append([right, left].map { walker in name(of: walker, in: tracks, at: time) })
    }
    #expect(names.allSatisfy { $0 == [1, 2] })
  }

  @Test(arguments: [(0.4, true), (1.9, true), (2.2, false)] as [(Double, Bool)])
  func `an object out of sight gets its identity back within the buffer`(gap: Double, isBack: Bool) {
    var tracker = Tracker()
    let walker = Walker(x: 100, speed: 60)
    var last: [Track] = []
    var ended: [Int] = []
    for time in frames(120) {
      let isHidden = time > 1 && time < 1 + gap
      let tracks = tracker.update(isHidden ? [] : [walker.detection(at: time)], at: time)
      if isHidden { #expect(tracks.isEmpty) }
      ended += tracker.endedIdentities
      last = tracks
    }
    #expect(last.map(\.id) == [isBack ? 1 : 2])
    #expect(ended == (isBack ? [] : [1]))
  }

  @Test(arguments: [0.04, 3, 100])
  func `frames may be as far apart as they are, and an object missing in two of them`(step: Double) {
    var tracker = Tracker(configuration: TrackerConfiguration().forFrames(apart: step))
    let there = Walker(x: 100, speed: 0), later = Walker(x: 600, speed: 0)
    var seen: [[Int]] = []
    for index in 0..<9 {
      let time = Double(index) * step
      let isMissing = index == 5 || index == 6
      let present = isMissing ? [] : index == 0 ? [there] : [there, later]
      seen.append(tracker.update(present.map { $0.detection(at: time) }, at: time).map(\.id))
    }
    #expect(seen == [[1], [1], [1], [1, 2], [1, 2], [], [], [1, 2], [1, 2]])
  }

  @Test func `the buffer is a time, whatever the frame rate`() {
    for rate in [5.0, 25, 100] {
      var tracker = Tracker()
      let walker = Walker(x: 100, speed: 0)
      for time in frames(Int(rate), rate: rate) { _ = tracker.update([walker.detection(at: time)], at: time) }
      var endedAt: Double?
      for time in frames(Int(4 * rate), rate: rate).dropFirst(Int(rate)) where endedAt == nil {
        _ = tracker.update([], at: time)
        if tracker.endedIdentities == [1] { endedAt = time }
      }
      let lastSeen = (rate - 1) / rate
      #expect(abs((endedAt ?? 0) - lastSeen - tracker.configuration.buffer) <= 1 / rate + 1e-9)
    }
  }

  @Test func `a low score continues a track but starts none`() {
    var tracker = Tracker()
    let walker = Walker(x: 100, speed: 60)
    let shadow = Walker(x: 500, speed: 60, score: 0.3)
    var shown: [[Int]] = []
    for time in frames(40) {
      let isDim = time > 0.8
      let seen = [walker.detection(at: time, score: isDim ? 0.2 : 0.9), shadow.detection(at: time)]
      shown.append(tracker.update(seen, at: time).map(\.id))
    }
    #expect(shown.allSatisfy { $0 == [1] })
  }

  @Test func `an object of which only a part is seen for a moment keeps its identity`() {
    var tracker = Tracker()
    var shown: [[Int]] = []
    for frame in 0..<16 {
      // Something passes before the lower part: a short box of low score.
      let isCovered = (8..<11).contains(frame)
      let box = Box(minX: 100, minY: 100, maxX: 140, maxY: isCovered ? 130 : 200)
      let detection = Detection(box: box, score: isCovered ? 0.3 : 0.9, classID: 0)
      shown.append(tracker.update([detection], at: Double(frame) / 10).map(\.id))
    }
    #expect(shown.allSatisfy { $0 == [1] || $0.isEmpty }, "\(shown)")
    #expect(shown.suffix(5).allSatisfy { $0 == [1] }, "\(shown)")
  }

  @Test func `detections below the low score are ignored`() {
    var tracker = Tracker()
    let walker = Walker(x: 100, speed: 0)
    _ = tracker.update([walker.detection(at: 0)], at: 0)
    #expect(tracker.update([walker.detection(at: 0.04, score: 0.05)], at: 0.04).isEmpty)
  }

  @Test func `a second box that flickers over an object never becomes a track`() {
    var tracker = Tracker()
    let walker = Walker(x: 100, speed: 60)
    var identities: Set<Int> = []
    for (index, time) in frames(100).enumerated() {
      var seen = [walker.detection(at: time)]
      if index % 6 > 3 {
        var ghost = Walker(x: 112, y: 190, speed: 60).detection(at: time)
        ghost.score = 0.6
        seen.append(ghost)
      }
      let tracks = tracker.update(seen, at: time)
      #expect(tracks.count == 1)
      identities.formUnion(tracks.map(\.id))
    }
    #expect(identities == [1])
  }

  @Test func `equal input gives equal tracks, in whatever order the detections come`() {
    let walkers = (0..<12).map { (index: Int) -> Walker in
      let row = Float(index % 3), pace = Float(index * 17 % 80)
      return Walker(x: Float(index) * 53, y: 100 + row * 60, speed: pace - 40, score: 0.5 + 0.04 * Float(index))
    }
    func run(reversed: Bool) -> [[Track]] {
      var tracker = Tracker()
      return frames(60).map { time in
        let seen = walkers.map { $0.detection(at: time) }
        return tracker.update(reversed ? seen.reversed() : seen, at: time)
      }
    }
    let once = run(reversed: false)
    #expect(once == run(reversed: false))
    // Identities are given in the order of the first frame; after that the order must not matter.
    let turned = run(reversed: true)
    for (a, b) in zip(once, turned) {
      #expect(Set(a.map(\.detection)) == Set(b.map(\.detection)))
    }
  }

  @Test func `a track keeps its class unless configured otherwise`() {
    for isClassAware in [true, false] {
      var configuration = TrackerConfiguration()
      configuration.isClassAware = isClassAware
      var tracker = Tracker(configuration: configuration)
      var walker = Walker(x: 100, speed: 0)
      _ = tracker.update([walker.detection(at: 0)], at: 0)
      walker.classID = 2
      #expect(tracker.update([walker.detection(at: 0.04)], at: 0.04).map(\.id) == (isClassAware ? [] : [1]))
    }
  }

  @Test(arguments: [-5.0, 100, .nan])
  func `time that runs backwards, leaps or is no number ends all tracks`(jump: Double) {
    var tracker = Tracker()
    let walker = Walker(x: 100, speed: 0)
    for time in frames(10) { _ = tracker.update([walker.detection(at: 0)], at: time) }
    let tracks = tracker.update([walker.detection(at: 0)], at: jump)
    #expect(tracker.endedIdentities == [1])
    #expect(!tracks.contains { $0.id == 1 })
  }

  @Test func `time that stands still is allowed`() {
    var tracker = Tracker()
    let walker = Walker(x: 100, speed: 0)
    for _ in 0..<10 { #expect(tracker.update([walker.detection(at: 0)], at: 3).map(\.id) == [1]) }
  }

  @Test(arguments: [
    Box(minX: .nan, minY: 0, maxX: 10, maxY: 10), Box(minX: 0, minY: 0, maxX: .infinity, maxY: 10),
    Box(minX: 10, minY: 0, maxX: 10, maxY: 10), Box(minX: 10, minY: 10, maxX: 0, maxY: 0),
    Box(minX: -3e38, minY: 0, maxX: 3e38, maxY: 10),
  ])
  func `a box that is no box is passed over`(box: Box) {
    var tracker = Tracker()
    #expect(tracker.update([Detection(box: box, score: 0.9, classID: 0)], at: 0).isEmpty)
  }

  @Test(arguments: [Float.infinity, -.infinity, .nan])
  func `a score that is not finite is ignored`(score: Float) {
    var tracker = Tracker()
    let box = Box(minX: 0, minY: 0, maxX: 10, maxY: 10)
    #expect(tracker.update([Detection(box: box, score: score, classID: 0)], at: 0).isEmpty)
  }

  @Test func `the end of a source ends its tracks, and identities are not used again`() {
    var tracker = Tracker()
    let walkers = [Walker(x: 100, speed: 0), Walker(x: 400, speed: 0)]
    _ = tracker.update(walkers.map { $0.detection(at: 0) }, at: 0)
    tracker.finish()
    #expect(tracker.endedIdentities == [1, 2])
    var later: [Int] = []
    for time in frames(5) { later = tracker.update([walkers[0].detection(at: 0)], at: 1 + time).map(\.id) }
    #expect(later == [3])
  }

  @Test func `a track has the time it was first seen and its highest score`() {
    var tracker = Tracker()
    let walker = Walker(x: 100, speed: 0)
    _ = tracker.update([walker.detection(at: 0, score: 0.95)], at: 2)
    let tracks = tracker.update([walker.detection(at: 0, score: 0.6)], at: 2.04)
    #expect(tracks.map(\.firstSeen) == [2])
    #expect(tracks.map(\.topScore) == [0.95])
    #expect(tracks.map(\.detection.score) == [0.6])
  }

  @Test func `each detection is reported with the track that took it, among equal ones too`() {
    var tracker = Tracker()
    let walkers = [Walker(x: 100, speed: 30), Walker(x: 112, speed: 30)]
    for time in frames(10) {
      // The same score and class, nearly the same place, and one that is too weak for any track.
      let seen = [
        walkers[1].detection(at: time), walkers[0].detection(at: time, score: 0.05), walkers[0].detection(at: time),
      ]
      let tracks = tracker.update(seen, at: time)
      #expect(tracker.identities == [1, nil, 2])
      #expect(tracks.map(\.id) == [1, 2])
    }
    _ = tracker.update([], at: 0.4)
    #expect(tracker.identities.isEmpty)
  }

  /// The identity of the track nearest to `walker`.
  private func name(of walker: Walker, in tracks: [Track], at seconds: Double) -> Int {
    let place = walker.detection(at: seconds).box
    let nearest = tracks.max {
      $0.detection.box.intersectionOverUnion(with: place) < $1.detection.box.intersectionOverUnion(with: place)
    }
    return nearest?.id ?? 0
  }
}
