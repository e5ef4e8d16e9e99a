import Foundation
import Pipeline
import Synchronization
import Testing

@Suite struct WorkThreadTests {
  @Test func `tasks that prefer it all run on one thread with its name`() async throws {
    let thread = try WorkThread(name: "a name of more than fifteen bytes")
    let (ids, names) = await withTaskGroup(of: (UInt, String).self) { group in
      for _ in 0..<20 {
        group.addTask(executorPreference: thread) {
          await Task.yield()
          let name = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
          return (UInt(pthread_self()), name)
        }
      }
      return await group.reduce(into: (Set<UInt>(), Set<String>())) { all, one in
        all.0.insert(one.0)
        all.1.insert(one.1)
      }
    }
    thread.join()
    thread.join()
    #expect(ids.count == 1)
    #expect(names == ["a name of more \n"])
    #expect(!threadNames().contains("a name of more "))
  }

  @Test func `a thread that nobody joins ends the process`() async {
    await #expect(processExitsWith: .failure) { _ = try WorkThread(name: "forgotten") }
    await #expect(processExitsWith: .success) {
      let thread = try WorkThread(name: "joined")
      await Task(executorPreference: thread) {}.value
      thread.join()
    }
  }

  @Test func `many notifications are one reason to look, and an end lasts`() {
    let wakeup = Wakeup()
    for _ in 0..<3 { wakeup.notify() }
    #expect(wakeup.wait(seconds: 60))
    #expect(!wakeup.wait(seconds: 0), "the three were one")
    #expect(!wakeup.wait(seconds: .nan))
    wakeup.end()
    #expect(wakeup.wait() && wakeup.wait(seconds: 60))
  }

  @Test func `work that is no task runs in order, and all of it before the end`() throws {
    let thread = try WorkThread(name: "work"), numbers = Mutex<[Int]>([])
    for number in 0..<100 { thread.run { numbers.withLock { $0.append(number) } } }
    thread.join()
    #expect(numbers.withLock { $0 } == Array(0..<100))
  }

  @Test(arguments: [false, true]) func `an owned thread works until it has to end, and ends once`(blocks: Bool)
    async throws
  {
    let thread = OwnedThread(), bell = Wakeup(), rounds = Mutex(0), tellings = Mutex(0)
    #expect(!thread.isRunning)
    try thread.start("owned \(blocks)") {
      bell.wait()
      rounds.withLock { $0 += 1 }
    }
    #expect(thread.isRunning)
    for _ in 0..<2 {
      func tell() {
        tellings.withLock { $0 += 1 }
        bell.notify()
      }
      if blocks { thread.join(tell) } else { await thread.stop(tell) }
      #expect(!thread.isRunning && !threadNames().contains("owned \(blocks)"))
    }
    #expect(rounds.withLock { $0 } == 1 && tellings.withLock { $0 } == 1)
  }

  @Test func `blocking work has a thread for as long as it takes`() async {
    let name = Mutex("")
    await WorkThread.execute("passing") {
      let own = (try? String(contentsOfFile: "/proc/thread-self/comm", encoding: .utf8)) ?? ""
      name.withLock { $0 = own }
    }
    #expect(name.withLock { $0 } == "passing\n" && !threadNames().contains("passing"))
  }
}
