import Rules
import Scene
import Testing

@Suite struct ZoneTests {
  static let yard = Polygon(
    corners: [.init(x: 0.25, y: 0.5), .init(x: 0.75, y: 0.5), .init(x: 0.75, y: 1), .init(x: 0.25, y: 1)])
  static let inside = (x: 0.5, y: 0.75), outside = (x: 0.125, y: 0.75)

  /// `i` is inside, `o` outside, `.` out of sight; frames are 0.2 s apart.
  static let paths: [(String, [String])] = [
    ("oooiiiii", ["enter yard", "exit yard 0.8"]), ("oooiiiiioooo", ["enter yard", "exit yard 0.8"]),
    // Neither a glance inside nor one outside is anything.
    ("oooioooiiooo", []), ("iiiioiiiiooiiii", ["enter yard", "exit yard 2.8"]),
    ("iiiiooooiiii", ["enter yard", "exit yard 0.6", "enter yard", "exit yard 0.6"]),
    // Times out of sight count where it is found again.
    ("i..i", ["enter yard", "exit yard 0.6"]), ("ii.....iiio", ["enter yard", "exit yard 1.8"]),
    ("iiii....oooo", ["enter yard", "exit yard 0.6"]),
    ("iii", []), ("", []),
  ]

  @Test(arguments: paths)
  func `a stay is held in time and has the length of what was seen`(path: String, expected: [String]) {
    var rules = SceneRules(zones: [Zone("yard", Self.yard)])
    let points = ["i": Self.inside, "o": Self.outside]
    let events = rules.walk(path.map { points[String($0)] }) + rules.finish()
    #expect(events.places == expected)
  }

  /// Whenever the tracker is sure of the object, and also when its first stay is over by then.
  @Test(arguments: paths, 1...9)
  func `what happened before a track was confirmed counts for zones`(path: (String, [String]), tentative: Int) {
    var rules = SceneRules(zones: [Zone("yard", Self.yard)])
    let points = ["i": Self.inside, "o": Self.outside]
    let events = rules.walk(path.0.map { points[String($0)] }, tentative: tentative) + rules.finish()
    #expect(events.places == (path.0.dropFirst(tentative).contains { $0 != "." } ? path.1 : []))
    #expect(events.isEmpty || events[0].kind == .start)
  }

  @Test func `what stood there when the camera started enters nothing before it moves, also if it was confirmed later`()
  {
    var configuration = RulesConfiguration()
    configuration.zones = [Zone("yard", Self.yard)]
    var rules = SceneRules(configuration: configuration)
    // The first frames: it stands for 12 s, of which the tracker was not sure in the first 0.8.
    let standing = Array(repeating: Optional(Self.inside), count: 60)
    #expect(rules.walk(standing, tentative: 4).places == [])
    #expect(rules.zoneCounts.filter { $0.zone == "yard" }.map(\.all) == [1])
    let leaving = (1...20).map { Optional((x: 0.5 - 0.02 * Double($0), y: 0.75)) }
    let events = rules.walk(leaving, from: 12)
    // Up to x = 0.26, twelve frames after the twelve seconds.
    #expect(events.places == ["active", "enter yard", "exit yard 14.2"])
  }

  @Test func `a zone asks for the scores from before the confirmation, too`() {
    var zone = Zone("yard", Self.yard)
    zone.filter.threshold = 0.5
    var rules = SceneRules(zones: [zone])
    // The camera has been watched from 0 on.
    var events = rules.events(in: Scenery.frame(0, []))
    for index in 3..<12 {
      let time = Double(index) / 5
      var findings = Scenery.frame(time, [Scenery.track(1, Scenery.box(Self.inside.x, Self.inside.y))])
      if index == 3 {
        findings.earlierSightings[1] = (0..<3).map {
          Sighting(Scenery.box(Self.inside.x, Self.inside.y), at: Double($0) / 5, score: 0.3)
        }
      }
      events += rules.events(in: findings)
    }
    // Median 0.6 from the third frame with 0.9 on, at 1 s.
    #expect((events + rules.finish()).places == ["enter yard", "exit yard 1.2"])
  }

  @Test(arguments: [(5.0, "exit yard 3.0"), (25, "exit yard 3.0"), (1, "exit yard 3.0")] as [(Double, String)])
  func `the frame rate does not matter`(rate: Double, expected: String) {
    var rules = SceneRules(zones: [Zone("yard", Self.yard)])
    let path = (0...Int(3 * rate)).map { _ in Optional(Self.inside) } + (0..<Int(2 * rate)).map { _ in Self.outside }
    #expect(rules.walk(path, step: 1 / rate).places == ["enter yard", expected])
  }

  /// An object that is cut off by the border, or stands on the edge, is inside.
  @Test(
    arguments: [
      ((0.5, 1.2), true), ((0.5, 1.0), true), ((0.25, 0.75), true), ((0.75, 0.75), true), ((0.5, 0.5), true),
      ((0.249, 0.75), false), ((0.5, 0.499), false), ((0.751, 0.75), false),
    ] as [((x: Double, y: Double), Bool)])
  func `edges and borders belong to a zone`(point: (x: Double, y: Double), isIn: Bool) {
    var rules = SceneRules(zones: [Zone("yard", Self.yard)])
    #expect(rules.walk([point, point, point, point]).places == (isIn ? ["enter yard"] : []))
  }

  @Test func `a zone may have any shape and anchor`() {
    // A U: its middle is open.
    let corners: [(Float, Float)] = [
      (0.1, 0.1), (0.9, 0.1), (0.9, 0.9), (0.6, 0.9), (0.6, 0.4), (0.4, 0.4), (0.4, 0.9), (0.1, 0.9),
    ]
    let shape = Polygon(corners: corners.map { .init(x: $0.0, y: $0.1) })
    var zone = Zone("u", shape)
    zone.hold = 0
    // The box is 0.2 of the frame high: the head reaches into the bridge of the U.
    for (anchor, x, isIn) in [
      (Anchor.bottom, 0.5, false), (.bottom, 0.3, true), (.bottom, 0.95, false), (.top, 0.5, true),
      (.centre, 0.5, false), (.left, 0.61, false), (.right, 0.59, true),
    ] {
      zone.anchor = anchor
      var rules = SceneRules(zones: [zone])
      #expect(rules.walk([(x, 0.55)]).places == (isIn ? ["enter u"] : []), "\(anchor) at \(x)")
    }
  }

  @Test func `every event names the zones`() {
    var rules = SceneRules(zones: [Zone("yard", Self.yard), Zone("all", .frame)])
    let events =
      rules.walk([
        Self.outside, Self.outside, Self.outside, Self.outside, Self.inside, Self.inside, Self.inside, Self.inside,
        Self.outside, Self.outside, Self.outside, Self.outside,
      ])
      + rules.finish()
    #expect(events.places == ["enter all", "enter yard", "exit yard 0.6", "exit all 2.2"])
    #expect(events.map { $0.object?.zones } == [[], ["all"], ["yard", "all"], ["all"], [], []])
    #expect(events.last?.object?.enteredZones == ["all", "yard"])
    #expect(events.names.last == "end")
  }

  @Test func `a zone asks who enters, not who stays`() {
    var zone = Zone("yard", Self.yard)
    zone.filter.minScore = 0.5
    zone.filter.area = 0.01...1
    zone.classes = [0, 1]
    var rules = SceneRules(zones: [zone])
    var places: [String] = []
    for step in 0..<20 {
      let size = step < 10 ? 1.0 : 0.5
      func box(_ size: Double) -> Box {
        Scenery.box(Self.inside.x, Self.inside.y, width: 80 * size, height: 100 * size)
      }
      places +=
        rules.events(
          in: Scenery.frame(
            Double(step) * 0.2,
            [
              Scenery.track(1, box(size), score: step < 10 ? 0.9 : 0.3), Scenery.track(2, box(1), score: 0.4),
              Scenery.track(3, box(0.5)), Scenery.track(4, box(1), classID: 2),
            ])
        ).places
    }
    #expect(places == ["enter yard"])
    #expect(rules.zoneCounts.filter { $0.zone == "yard" }.map(\.all) == [1])
  }

  /// Boxes are 40 by 100 pixels of 1000 by 500: 0.008 of the frame, 0.4 as wide as high. Scores are 0.9, 0.9 and 0.3 in turns.
  @Test(
    arguments: [
      (0.8, 0...1, 0...10, true), (0.95, 0...1, 0...10, false), (0, 0...0.0079, 0...10, false),
      (0, 0.0081...1, 0...10, false), (0, 0.0079...0.0081, 0.39...0.41, true), (0, 0...1, 0.41...10, false),
      (0, 0...1, 0...0.39, false),
    ] as [(Float, ClosedRange<Float>, ClosedRange<Float>, Bool)])
  func `a zone has limits of its own for the median score, area and aspect`(
    threshold: Float, area: ClosedRange<Float>, aspect: ClosedRange<Float>, isEntered: Bool
  ) {
    var zone = Zone("yard", Self.yard)
    zone.filter.threshold = threshold
    zone.filter.area = area
    zone.filter.aspect = aspect
    var rules = SceneRules(zones: [zone, Zone("all", .frame)])
    var places: [String] = []
    for index in 0..<12 {
      let track = Scenery.track(
        1, Scenery.box(Self.inside.x, Self.inside.y), score: index.isMultiple(of: 3) ? 0.3 : 0.9)
      places += rules.events(in: Scenery.frame(Double(index) / 5, [track])).places
    }
    #expect(Set(places) == (isEntered ? ["enter yard", "enter all"] : ["enter all"]))
  }

  @Test(
    arguments: [
      // Two seconds inside, two outside, twice.
      (1.0, false, ["loiter yard 1.0", "loiter yard 1.0"]), (2.5, false, []), (2.5, true, ["loiter yard 2.6"]),
      (1.0, true, ["loiter yard 1.0"]),
    ] as [(Double, Bool, [String])])
  func `loitering is reported once a stay, or once the sum is reached`(
    limit: Double, isSummed: Bool, expected: [String]
  ) {
    var zone = Zone("yard", Self.yard)
    zone.loitering = .init(after: nil)
    zone.loitering?.ofClass = [0: limit]
    zone.loitering?.isSummed = isSummed
    var rules = SceneRules(zones: [zone])
    let stay = Array(repeating: Optional(Self.inside), count: 11),
      absence = Array(repeating: Optional(Self.outside), count: 10)
    let names = rules.walk(stay + absence + stay + absence).places
    #expect(names.filter { $0.hasPrefix("loiter") } == expected)
  }
}

extension Polygon {
  static let frame = Polygon(corners: [.init(x: 0, y: 0), .init(x: 1, y: 0), .init(x: 1, y: 1), .init(x: 0, y: 1)])
}
