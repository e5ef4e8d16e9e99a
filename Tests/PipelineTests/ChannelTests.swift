import Pipeline
import RingBuffer
import Testing

@Suite struct ChannelTests {
  @Test(
    arguments: [
      (.refuseNewest, 1, [1], 4), (.refuseNewest, 3, [1, 2, 3], 2), (.refuseNewest, 8, [1, 2, 3, 4, 5], 0),
      (.keepNewest, 1, [5], 4), (.keepNewest, 8, [5], 4), (.wait, 5, [1, 2, 3, 4, 5], 0),
    ] as [(OverflowPolicy, Int, [Int], Int)])
  func `what five values leave behind`(policy: OverflowPolicy, capacity: Int, kept: [Int], lost: Int) {
    let channel = Channel<Int>(capacity: capacity, policy: policy)
    var lostOnes = 0
    for value in 1...5 where channel.send(value) == .lostOne { lostOnes += 1 }
    #expect(channel.waitingCount == kept.count)
    channel.finish()
    #expect(channel.send(6) == .closed)
    #expect(channel.receiveAll() == kept)
    #expect(lostOnes == lost)
    #expect(channel.lostCount == lost)
  }

  @Test(arguments: OverflowPolicy.allCases)
  func `a cancelled channel gives and takes nothing and keeps nothing alive`(policy: OverflowPolicy) {
    let census = Census()
    let channel = Channel<Frame>(capacity: 4, policy: policy)
    _ = channel.send(Frame(1, census))
    _ = channel.send(Frame(2, census))
    channel.cancel()
    channel.finish()
    #expect(channel.send(Frame(3, census)) == .closed)
    if case .value = channel.receive() { Issue.record("a value came out of a cancelled channel") }
    #expect(census.aliveCount == 0)
  }

  @Test(arguments: [1, 2, 5, 64])
  func `every value arrives once and in order, whichever side waits`(capacity: Int) async {
    let channel = Channel<Int>(capacity: capacity)
    let count = sendCount
    async let received = onThread {
      var expected = 0
      while case .value(let value) = channel.receive() {
        if value != expected { return -1 }
        expected += 1
      }
      return expected
    }
    await onThread {
      for value in 0..<count { _ = channel.send(value) }
      channel.finish()
    }
    #expect(await received == count)
  }

  @Test func `the newest value is the last to arrive, and losses are counted`() async {
    let channel = Channel<Int>(capacity: 1, policy: .keepNewest)
    let count = sendCount
    async let received = onThread { channel.receiveAll() }
    await onThread {
      for value in 0..<count { _ = channel.send(value) }
      channel.finish()
    }
    let values = await received
    #expect(values.last == count - 1)
    #expect(zip(values, values.dropFirst()).allSatisfy { $0 < $1 })
    #expect(values.count + channel.lostCount == count)
  }

  @Test(arguments: [true, false], 0..<20)
  func `a close wakes the side that waits`(isSender: Bool, round: Int) async {
    let channel = Channel<Int>(capacity: 1)
    let census = Census()
    async let isWoken = onThread {
      census.born.add(1, ordering: .sequentiallyConsistent)
      if isSender {
        while channel.send(0) != .closed {}
      } else {
        while case .value = channel.receive() {}
      }
      return true
    }
    // Some rounds close before the other thread has started, some while it waits.
    if round % 2 == 0 { while census.bornCount == 0 { await Task.yield() } }
    if round % 4 < 2 { channel.cancel() } else { channel.finish() }
    #expect(await isWoken)
  }

  @Test(arguments: [1, 2, 3, 8])
  func `parallel workers keep the order`(workers: Int) async {
    let input = Channel<Int>(capacity: 2, lanes: workers)
    let output = Channel<Int>(capacity: 2, lanes: workers)
    let count = sendCount / 10
    async let received = onThread { output.receiveAll() }
    async let sent = onThread {
      for value in 0..<count { _ = input.send(value) }
      input.finish()
    }
    await withTaskGroup(of: Void.self) { group in
      for index in 0..<workers {
        let (inLane, outLane) = (input.lane(index), output.lane(index))
        group.addTask {
          await onThread {
            while case .value(let value) = inLane.receive() { _ = outLane.send(value * 2) }
            outLane.finish()
          }
        }
      }
    }
    await sent
    #expect(await received == (0..<count).map { $0 * 2 })
  }
}
