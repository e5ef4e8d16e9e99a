import Testing

@testable import Inference

/// Where tensors lie in an arena.
@Suite struct MemoryPlanTests {
  @Test func `what is alive together lies apart, on lines of the caches, inside the arena`() {
    var random = NumberSequence()
    func number(below limit: Int) -> Int { Int(abs(random.next()) * Float(limit)) % limit }
    let items = (0..<200).map { _ in
      let first = number(below: 50)
      return MemoryPlan.Item(byteCount: 1 + number(below: 5000), lifetime: first...(first + number(below: 8)))
    }
    let plan = MemoryPlan(items)
    let places = zip(plan.offsets, items).map { $0..<$0 + $1.byteCount }
    #expect(places.map(\.upperBound).max() == plan.byteCount)
    for (index, place) in places.enumerated() {
      #expect(place.lowerBound >= 0 && place.lowerBound % MemoryPlan.alignment == 0)
      for other in 0..<index where items[other].lifetime.overlaps(items[index].lifetime) {
        #expect(!places[other].overlaps(place), "\(items[other]) and \(items[index])")
      }
    }
    #expect(plan.byteCount < items.reduce(0) { $0 + $1.byteCount } / 2)
  }

  @Test func `what is not alive together shares memory, the largest lowest`() {
    let plan = MemoryPlan([
      .init(byteCount: 100, lifetime: 0...1), .init(byteCount: 1000, lifetime: 1...2),
      .init(byteCount: 1000, lifetime: 3...3), .init(byteCount: 10, lifetime: 3...4),
    ])
    #expect(plan.offsets == [1024, 0, 0, 1024] && plan.byteCount == 1124)
    #expect(MemoryPlan([]).byteCount == 0)
  }
}
