import Testing

@testable import Service

@Suite struct FairTurnsTests {
  /// Cameras that ask `rates` times a second, two workers that take `cost` seconds a turn; how many turns each camera got
  /// in `seconds`. Time goes in steps of a millisecond.
  private func served(_ rates: [Double], cost: Double, seconds: Double, away: ClosedRange<Double>? = nil) -> [Int] {
    var turns = FairTurns()
    for (id, rate) in rates.enumerated() { turns.add(id, interval: 1 / rate) }
    var paces = rates.map { DetectionPace(rate: $0) }
    var counts = rates.map { _ in 0 }
    var working: [(id: Int, until: Double)] = []
    for step in 0..<Int(seconds * 1000) {
      let now = Double(step) / 1000
      working.removeAll { turn in
        guard turn.until <= now else { return false }
        _ = turns.end(turn.id)
        return true
      }
      for id in rates.indices where !(id == 0 && away?.contains(now) == true) {
        if paces[id].isDue(at: now) { _ = turns.offer(id) }
      }
      while working.count < 2, let id = turns.begin() {
        counts[id] += 1
        working.append((id, now + cost))
      }
    }
    return counts
  }

  @Test func `eight cameras that ask four times what there is are served alike within ten percent`() {
    // 8 × 10 a second asked for, 2 workers × 10 a second there.
    let counts = served(Array(repeating: 10, count: 8), cost: 0.1, seconds: 60)
    #expect(counts.reduce(0, +) >= 1190)
    #expect(Double(counts.max() ?? 0) <= 1.1 * Double(counts.min() ?? 0), "\(counts)")
  }

  @Test func `who asks for more gets more, in the same proportion`() {
    let counts = served([4, 8, 16, 4, 8, 16, 4, 20], cost: 0.1, seconds: 60)
    let shares = zip(counts, [4.0, 8, 16, 4, 8, 16, 4, 20]).map { Double($0) / $1 }
    #expect((shares.max() ?? 0) <= 1.1 * (shares.min() ?? 0), "\(counts)")
  }

  @Test func `everyone gets what they ask for while there is enough`() {
    let counts = served([5, 1, 2, 5], cost: 0.1, seconds: 60)
    for (count, wanted) in zip(counts, [300, 60, 120, 300]) { #expect(abs(count - wanted) <= 2, "\(counts)") }
  }

  @Test func `who was away has saved nothing up`() {
    let counts = served(Array(repeating: 10, count: 8), cost: 0.1, seconds: 60, away: 0...30)
    let others = counts.dropFirst()
    #expect((others.max() ?? 0) - (others.min() ?? 0) <= 30)
    #expect(abs(counts[0] - 75) <= 8, "half a minute's share, not more: \(counts)")
  }

  @Test func `a camera has one turn at a time, and what came meanwhile gets the next`() {
    var turns = FairTurns()
    turns.add(1, interval: 1)
    let offers = [turns.offer(1), turns.offer(1)]
    let started = [turns.begin(), turns.begin()]
    #expect(offers == [.available, .known] && started == [1, nil])
    let meanwhile = turns.offer(1)
    let early = turns.begin()
    let (hasMore, next) = (turns.end(1), turns.begin())
    #expect(meanwhile == .later && early == nil && hasMore && next == 1)
    let (isOver, none) = (!turns.end(1), turns.begin())
    #expect(isOver && none == nil)
    turns.remove(1)
    let (unknown, end) = (turns.offer(1), turns.end(1))
    #expect(unknown == .known && !end)
  }

  @Test(arguments: [(25.0, 5.0, 50), (25, 25, 250), (25, 60, 250), (30, 5, 50), (7, 5, 50)] as [(Double, Double, Int)])
  func `a camera is analysed as often as requested, whatever its rate`(rate: Double, wanted: Double, count: Int) {
    var pace = DetectionPace(rate: wanted)
    let due = (0..<Int(rate * 10)).filter { pace.isDue(at: 100 + Double($0) / rate) }.count
    #expect(abs(due - count) <= 1)
  }
}
