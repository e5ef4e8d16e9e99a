import Foundation
import Testing

@testable import EventStore

@Suite struct EventFollowerTests {
  private let scratch: Scratch
  private let database: EventDatabase

  init() throws {
    scratch = try Scratch()
    database = try EventDatabase(path: scratch.file("e.sqlite"), access: .readWrite)
  }

  private func lines(_ range: Range<Int>) -> String {
    range.map { Lines.line("start", Lines.id($0), seq: $0) }.joined()
  }

  @Test func `the store has what the log has, as it grows`() async throws {
    let follower = EventFollower(database, logs: [scratch.file("e.jsonl")])
    try follower.start()
    await follower.update()
    #expect(try await database.size().lines == 0)
    for step in 0..<5 {
      try scratch.append(lines(step * 10..<step * 10 + 10), to: "e.jsonl")
      await follower.update()
      #expect(try await database.size().lines == step * 10 + 10)
    }
    await follower.stop()
  }

  @Test func `logs in a folder of footage are followed, too, those that come later as well`() async throws {
    let folder = scratch.file("footage")
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    let follower = EventFollower(database, logs: [scratch.file("e.jsonl")], folder: folder)
    try scratch.append(lines(0..<5), to: "e.jsonl")
    try scratch.append(lines(5..<8), to: "footage/a.jsonl")
    try scratch.append("no log", to: "footage/notes.txt")
    follower.catchUp()
    #expect(try await database.size().lines == 8)
    try scratch.append(lines(8..<10), to: "footage/b.jsonl")
    try scratch.append(lines(10..<11), to: "footage/a.jsonl")
    follower.catchUp()
    #expect(try await database.size().lines == 11 && follower.report == .init(added: 11))
  }

  @Test func `half a line waits for its other half`() async throws {
    let follower = EventFollower(database, logs: [scratch.file("e.jsonl")])
    let text = lines(0..<2)
    let cut = text.index(text.startIndex, offsetBy: text.count * 3 / 4)
    try scratch.append(String(text[..<cut]), to: "e.jsonl")
    follower.catchUp()
    #expect(try await database.size().lines == 1)
    try scratch.append(String(text[cut...]), to: "e.jsonl")
    follower.catchUp()
    #expect(try await database.size().lines == 2)
    #expect(follower.report == .init(added: 2))
  }

  @Test func `a log that is rotated is followed from file to file`() async throws {
    let follower = EventFollower(database, logs: [scratch.file("e.jsonl")])
    let files = FileManager.default
    try scratch.append(lines(0..<5), to: "e.jsonl")
    follower.catchUp()
    // Rotated twice between two looks.
    try scratch.append(lines(5..<8), to: "e.jsonl")
    try files.moveItem(atPath: scratch.file("e.jsonl"), toPath: scratch.file("e.jsonl.2"))
    try scratch.append(lines(8..<9), to: "e.jsonl.1")
    try scratch.append(lines(9..<12), to: "e.jsonl")
    follower.catchUp()
    #expect(try await database.size().lines == 12)
    #expect(follower.report == .init(added: 12))
    // The order of the lines is that of the files.
    #expect(
      try await database.lines(after: 0).map { $0.text + "\n" }
        == lines(0..<12).split(separator: "\n").map { $0 + "\n" })
  }

  @Test func `a store that comes later reads only what it has not`() async throws {
    try scratch.append(lines(0..<100), to: "e.jsonl")
    EventFollower(database, logs: [scratch.file("e.jsonl")]).catchUp()
    try scratch.append(lines(100..<110), to: "e.jsonl")
    let second = EventFollower(database, logs: [scratch.file("e.jsonl")])
    second.catchUp()
    #expect(second.report == .init(added: 10))
    // Emptied and written again from its first line.
    try Data(lines(0..<3).utf8).write(to: URL(filePath: scratch.file("e.jsonl")))
    second.catchUp()
    #expect(second.report == .init(added: 10))
    #expect(try await database.size().lines == 110)
  }

  @Test func `what people decide outlives the store`() async throws {
    try scratch.append(lines(0..<3) + Lines.end(Lines.id(1), seq: 9, clip: "c.mp4"), to: "e.jsonl")
    database.close()
    func history() throws -> EventHistory {
      try EventHistory(path: scratch.file("e.sqlite"), log: scratch.file("e.jsonl"))
    }
    let first = try history()
    await first.update()
    #expect(try await first.keep(Lines.id(0), true)?.isKept == true)
    #expect(try await first.delete(Lines.id(1))?.files == ["c.mp4", "s.jpg"])
    #expect(try await first.keep(Lines.id(7), true) == nil)
    #expect(try await first.delete(Lines.id(1)) == nil)
    let answers = try await first.database.events(EventQuery()).events
    await first.stop()
    for ending in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: scratch.file("e.sqlite" + ending))
    }
    let second = try history()
    await second.update()
    #expect(try await second.database.events(EventQuery()).events == answers && answers.count == 2)
    await second.stop()
  }

  @Test func `recordings whose lines are gone become events`() async throws {
    try scratch.append(lines(0..<1), to: "e.jsonl")
    EventFollower(database, logs: [scratch.file("e.jsonl")]).catchUp()
    let known = Lines.line("recording", Lines.id(0), seq: 0, more: ",\"clip\":\"c.mp4\"")
    let lost = Lines.line("recording", Lines.id(5), seq: 0, more: ",\"clip\":\"d.mp4\"")
    #expect(try database.adopt([known, lost]) == 1)
    #expect(try await database.ids(["has_clip": "1"]) == [Lines.id(5)])
  }
}
