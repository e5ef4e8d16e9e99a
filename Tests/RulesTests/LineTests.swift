import Rules
import Scene
import Testing

/// What counts as a crossing. The line goes from left to right through the middle of the frame, from 0.2 to 0.8.
@Suite struct LineTests {
  static let line = CountingLine("gate", from: .init(x: 0.2, y: 0.5), to: .init(x: 0.8, y: 0.5))

  /// Letters are points: `A` above the line, `B` below it, `a` and `b` the same but nearer to it than boxes tremble, `|`
  /// on it, `<` and `>` above it left and right of its ends, `(` and `)` below these, `.` out of sight.
  static let points: [Character: (x: Double, y: Double)] = [
    "A": (0.5, 0.4), "B": (0.5, 0.6), "a": (0.5, 0.495), "b": (0.5, 0.505), "|": (0.5, 0.5),
    "<": (0.1, 0.4), ">": (0.9, 0.4), "(": (0.1, 0.6), ")": (0.9, 0.6),
  ]

  static let paths: [(String, [String])] = [
    // Held or not held.
    ("AAAABBBB", ["in 1"]), ("BBBBAAAA", ["out 1"]), ("AAABAAA", []), ("AAABBAAA", []), ("ABABABABABAB", []),
    ("AAAABBBBAAAA", ["in 1", "out 1"]), ("AAAABBBBAAAABBBB", ["in 1", "out 1", "in 2"]),
    // Once a direction, until the track comes back.
    ("AAAABBBBABBBBABBBB", ["in 1"]), ("AAAABBBBBBBBBBBB", ["in 1"]),
    // Grazing and trembling.
    ("AAA|||AAA", []), ("AAAabababababAAAA", []), ("AAAAbbbbbbbbAAAA", []), ("aaaabbbbbbBB", ["in 1"]),
    ("AAA|BBBB", ["in 1"]), ("A||||BBBB", ["in 1"]), ("BBB||AAAA", ["out 1"]), ("||||BBBB", []), ("|AAAA|AAAA", []),
    // Round the ends, and through the line afterwards.
    ("AA<<((BBBB", []), ("AA>>))BBBB", []), ("AA<<((BBBBAAAA", ["out 1"]), ("AAAA((((<<<<AAAA", ["in 1"]),
    ("AAAABBBB((<<AAAABBBB", ["in 1", "in 2"]),
    // A jump over the line, and a crossing out of sight.
    ("ABBB", ["in 1"]), ("AAA......BBBB", ["in 1"]), ("A...B...BA...A", ["in 1", "out 1"]),
    // Gone before the time is over: seen twice on the other side is enough, once is not.
    ("AAAABB", ["in 1"]), ("AAAAB", []), ("AAAAbb", []),
    // Where it was at first is no crossing.
    ("BBBB", []), ("A", []), ("", []),
  ]

  @Test(arguments: paths)
  func `a path counts what it crosses`(path: String, expected: [String]) {
    var rules = SceneRules(lines: [Self.line])
    let events = rules.walk(path.map { Self.points[$0] }) + rules.finish()
    #expect(events.places == expected.map { "gate \($0)" })
  }

  @Test(arguments: paths, 1...9)
  func `what happened before a track was confirmed counts for lines`(path: (String, [String]), tentative: Int) {
    var rules = SceneRules(lines: [Self.line])
    let events = rules.walk(path.0.map { Self.points[$0] }, tentative: tentative) + rules.finish()
    let isConfirmed = path.0.dropFirst(tentative).contains { $0 != "." }
    #expect(events.places == (isConfirmed ? path.1.map { "gate \($0)" } : []))
  }

  /// The same paths where the line stands upright, lies askew or is drawn the other way.
  @Test(
    arguments: [
      ((0.5, 0.2), (0.5, 0.8), (0.6, 0.5), (0.4, 0.5)), ((0.2, 0.8), (0.8, 0.2), (0.4, 0.4), (0.6, 0.6)),
      ((0.8, 0.5), (0.2, 0.5), (0.5, 0.6), (0.5, 0.4)), ((0.3, 0.1), (0.6, 0.9), (0.7, 0.4), (0.2, 0.6)),
    ] as [((Double, Double), (Double, Double), (Double, Double), (Double, Double))])
  func `no direction is special`(
    a: (Double, Double), b: (Double, Double), left: (x: Double, y: Double), right: (x: Double, y: Double)
  ) {
    let line = CountingLine("gate", from: .init(a), to: .init(b))
    var rules = SceneRules(lines: [line])
    let path = [left, left, right, left, left, right, right, right, right, left, left, left, left]
    #expect(rules.walk(path).places == ["gate in 1", "gate out 1"])
  }

  @Test(arguments: [(0.25, true), (0.75, true), (0.249, false), (0.751, false)] as [(Double, Bool)])
  func `the ends belong to the line`(x: Double, counts: Bool) {
    var rules = SceneRules(
      lines: [CountingLine("gate", from: .init(x: 0.25, y: 0.5), to: .init(x: 0.75, y: 0.5))])
    let events = rules.walk([(x, 0.25), (x, 0.25), (x, 0.75), (x, 0.75), (x, 0.75), (x, 0.75)])
    #expect(events.places == (counts ? ["gate in 1"] : []))
  }

  /// People leave through each border of the frame; the line is close to it.
  @Test(
    arguments: [
      ((0.0, 0.99), (1.0, 0.99), (0.5, 0.8), (0.5, 1.3)), ((0.01, 1.0), (0.01, 0.0), (0.2, 0.5), (-0.1, 0.5)),
      ((0.99, 0.0), (0.99, 1.0), (0.8, 0.5), (1.1, 0.5)),
    ] as [((Double, Double), (Double, Double), (Double, Double), (Double, Double))])
  func `a line at the border counts those who leave and come`(
    a: (Double, Double), b: (Double, Double), inside: (x: Double, y: Double), outside: (x: Double, y: Double)
  ) {
    var rules = SceneRules(lines: [CountingLine("edge", from: .init(a), to: .init(b))])
    let path = [inside, inside, outside, outside, outside, outside, inside, inside, inside, inside]
    let counted = Set(rules.walk(path).places)
    #expect(counted == ["edge in 1", "edge out 1"])
  }

  @Test func `each of thirty objects in a frame counts once`() {
    var rules = SceneRules(lines: [Self.line])
    var places: [String] = []
    for step in 0..<40 {
      let tracks = (1...30).map { id in
        // Every other one walks up, each at its own time.
        let y = min(max(0.3 + (Double(step) - Double(id) / 2) * 0.02, 0.3), 0.7)
        return Scenery.track(id, Scenery.box(0.22 + Double(id) * 0.018, id.isMultiple(of: 2) ? y : 1 - y))
      }
      places += rules.events(in: Scenery.frame(Double(step) * 0.1, tracks)).places
    }
    #expect(places.count == 30)
    #expect(rules.lineTotals.map(\.count) == [15, 15])
    #expect(rules.lineTotals.map(\.direction) == ["in", "out"])
  }

  @Test func `a line counts its classes and calls directions by their names`() {
    var line = Self.line
    line.classes = [2]
    line.inward = "arriving"
    var rules = SceneRules(lines: [line])
    var places: [String] = []
    for (index, y) in [0.3, 0.3, 0.7, 0.7, 0.7, 0.7].enumerated() {
      let tracks = [1, 2].map { Scenery.track($0, Scenery.box(0.3 * Double($0), y), classID: $0) }
      places += rules.events(in: Scenery.frame(Double(index) * 0.2, tracks)).places
    }
    #expect(places == ["gate arriving 1"])
    #expect(rules.lineTotals.map(\.classID) == [2])
  }
}

extension Polygon.Corner {
  init(_ pair: (Double, Double)) { self.init(x: Float(pair.0), y: Float(pair.1)) }
}
