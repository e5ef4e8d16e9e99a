import Foundation
import Pipeline
import Testing

@Suite struct StageThreadTests {
  @Test func `tasks that prefer it all run on one thread with its name`() async throws {
    let thread = try StageThread(name: "a name of more than fifteen bytes")
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
}
