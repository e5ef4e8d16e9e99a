import Foundation
import RingBuffer
import Testing

@Suite(.serialized) struct LatestSlotTests {
  @Test func `the newest value wins and the displaced one comes back`() {
    let slot = LatestSlot<Int>()
    #expect(slot.take() == nil)
    #expect(!slot.isFresh)
    #expect(slot.publish(1) == nil)
    #expect(slot.isFresh)
    #expect(slot.publish(2) == 1)
    #expect(slot.publish(3) == 2)
    #expect(slot.take() == 3)
    #expect(slot.take() == nil)
    #expect(slot.publish(4) == nil)
    #expect(slot.take() == 4)
    #expect(slot.displacedCount == 2)
  }

  @Test(arguments: 0...4)
  func `a value left in the slot ends with it`(published: Int) {
    let ended = Ended()
    do {
      let slot = LatestSlot<Owned>()
      for number in 0..<published { _ = slot.publish(Owned(number, ended: ended)) }
      #expect(ended.value == max(0, published - 1))
    }
    #expect(ended.value == published)
  }

  @Test func `what is taken is whole, ever newer, and with what is displaced makes up all that was published`() async {
    let count = handOverCount / 10
    let slot = LatestSlot<Numbered>()
    nonisolated(unsafe) var torn = 0
    nonisolated(unsafe) var backwards = 0
    nonisolated(unsafe) var taken = 0
    nonisolated(unsafe) var newest = -1
    await onTwoThreads {
      for number in 0..<count {
        _ = slot.publish(Numbered(number))
        // Lets the consumer in now and then on a machine with one free core.
        if number % 4096 == 0 { sched_yield() }
      }
    } _: {
      while newest < count - 1 {
        // Does not yield: only a consumer that asks all the time meets the producer in the middle of a swap.
        guard let value = slot.take() else { continue }
        if value.number <= newest { backwards += 1 }
        if !value.wide.isWhole(UInt64(value.number)) { torn += 1 }
        newest = value.number
        taken += 1
      }
    }
    #expect(torn == 0)
    #expect(backwards == 0)
    #expect(newest == count - 1)
    #expect(taken + slot.displacedCount == count)
    #expect(taken > 0)
    print("latest slot: \(count) published, \(taken) taken, \(slot.displacedCount) displaced")
  }

  @Test func `owned values end once each, taken or displaced`() async {
    let count = handOverCount / 100
    let ended = Ended()
    let slot = LatestSlot<Owned>()
    await onTwoThreads {
      for number in 0..<count { _ = slot.publish(Owned(number, ended: ended)) }
    } _: {
      while true {
        if case .some(let value) = slot.take() {
          if value.number == count - 1 { break }
        } else {
          sched_yield()
        }
      }
    }
    #expect(ended.value == count)
  }
}

private struct Numbered: Sendable {
  let number: Int
  let wide: Wide

  init(_ number: Int) {
    self.number = number
    wide = Wide(UInt64(number))
  }
}
