import Testing

@testable import Recording

@Suite struct ClockTrustTests {
  /// One look a minute, at the minutes `range`; the wall is `ahead` of the monotonic clock.
  private static func looks(_ range: ClosedRange<Int>, ahead: (Int) -> Double) -> [(Double, Double)] {
    var looks: [(Double, Double)] = []
    for minute in range {
      let monotonic = Double(minute) * 60
      looks.append((monotonic + ahead(minute), monotonic))
    }
    return looks
  }

  private static func answers(_ looks: [(Double, Double)]) -> [Bool] {
    var trust = ClockTrust()
    return looks.map { trust.see(wall: $0.0, monotonic: $0.1) }
  }

  @Test(arguments: [950_400.0, -950_400.0, 3600.0, -3600.0, 40.0])
  func `after a start and after a jump nothing is deleted by age for an hour`(jump: Double) {
    let answers = Self.answers(Self.looks(0...140) { $0 <= 70 ? 1e9 : 1e9 + jump })
    #expect(answers.firstIndex(of: true) == 60)
    #expect(answers[60...70].allSatisfy { $0 } && answers[71...130].allSatisfy { !$0 } && answers[131])
  }

  @Test func `a clock that is set back and forth is never believed`() {
    let answers = Self.answers(Self.looks(0...300) { $0 / 50 % 2 == 1 ? 1.001e9 : 1e9 })
    #expect(!answers.contains(true))
  }

  @Test func `a slow correction is no jump`() {
    let answers = Self.answers(Self.looks(0...100) { 1e9 + Double($0) })
    #expect(answers[60...].allSatisfy { $0 })
  }
}
