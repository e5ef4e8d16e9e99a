import Foundation
import RingBuffer
import Testing

@Suite(.serialized) struct FrameRingTests {
  @Test(arguments: [1, 2, 3, 4, 5, 7, 8, 1000])
  func `a ring takes exactly its capacity and gives values back in order`(capacity: Int) {
    let ring = FrameRing<Int>(capacity: capacity)
    for round in 0..<5 {
      for value in 0..<capacity {
        guard case .stored = ring.tryPush(round * capacity + value) else {
          Issue.record("refused value \(value) of \(capacity)")
          return
        }
      }
      #expect(ring.count == capacity)
      guard case .full(let returned) = ring.tryPush(-7) else {
        Issue.record("took more than \(capacity)")
        return
      }
      #expect(returned == -7)
      for value in 0..<capacity { #expect(ring.tryPop() == round * capacity + value) }
      #expect(ring.tryPop() == nil)
      #expect(ring.count == 0)
    }
  }

  @Test(arguments: [(3, 0), (3, 1), (3, 2), (3, 3), (4, 4), (1, 1)] as [(Int, Int)])
  func `values left in a ring end with it, and none ends twice`(capacity: Int, left: Int) {
    let ended = Ended()
    do {
      let ring = FrameRing<Owned>(capacity: capacity)
      for number in 0..<left { _ = ring.tryPush(Owned(number, ended: ended)) }
      #expect(ended.value == 0)
      if case .some(let first) = ring.tryPop() { #expect(first.number == 0) }
      #expect(ended.value == min(left, 1))
    }
    #expect(ended.value == left)
  }

  @Test(arguments: [1, 2, 7, 256])
  func `no value is lost, doubled or out of order between two threads`(capacity: Int) async {
    // Small rings hand over with a context switch each, so they get a small part of the work.
    let count = capacity < 256 ? handOverCount / 200 : handOverCount
    let ring = FrameRing<Int>(capacity: capacity)
    let clock = ContinuousClock()
    let start = clock.now
    nonisolated(unsafe) var sum = 0
    nonisolated(unsafe) var isOrdered = true
    await onTwoThreads {
      for value in 0..<count { while case .full = ring.tryPush(value) { sched_yield() } }
    } _: {
      var local = 0
      var expected = 0
      while expected < count {
        guard let value = ring.tryPop() else {
          sched_yield()
          continue
        }
        if value != expected { isOrdered = false }
        local &+= value
        expected += 1
      }
      sum = local
    }
    #expect(isOrdered)
    #expect(sum == count * (count - 1) / 2)
    #expect(ring.tryPop() == nil)
    let nanoseconds = (clock.now - start) / .nanoseconds(1) / Double(count)
    print("ring of \(capacity): \(count) hand-overs, \(String(format: "%.1f", nanoseconds)) ns each")
  }

  @Test func `a value of many words arrives whole`() async {
    let count = handOverCount / 10
    let ring = FrameRing<Wide>(capacity: 16)
    nonisolated(unsafe) var torn = 0
    await onTwoThreads {
      for value in 0..<UInt64(count) { while case .full = ring.tryPush(Wide(value)) { sched_yield() } }
    } _: {
      var next: UInt64 = 0
      while next < UInt64(count) {
        guard let value = ring.tryPop() else {
          sched_yield()
          continue
        }
        if !value.isWhole(next) { torn += 1 }
        next += 1
      }
    }
    #expect(torn == 0)
  }

  @Test func `owned values end once each, on whichever side`() async {
    let count = handOverCount / 100
    let ended = Ended()
    let ring = FrameRing<Owned>(capacity: 4)
    await onTwoThreads {
      for number in 0..<count {
        var pending = Owned(number, ended: ended)
        while case .full(let returned) = ring.tryPush(pending) {
          pending = returned
          sched_yield()
        }
      }
    } _: {
      var taken = 0
      while taken < count - 2 {
        if case .some = ring.tryPop() { taken += 1 } else { sched_yield() }
      }
    }
    #expect(ended.value == count - 2)
    #expect(ring.count == 2)
    while case .some = ring.tryPop() {}
    #expect(ended.value == count)
  }
}
