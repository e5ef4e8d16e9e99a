import Foundation
import Testing

@Suite struct HouseTests {
  @Test(arguments: Rule.allCases)
  func `every file keeps the rule`(rule: Rule) throws {
    let breaches = try SourceFile.all().flatMap { file in
      rule.breaches(in: file).map { "\(file.path):\($0): \(rule.rawValue)" }
    }
    #expect(breaches.isEmpty, Comment(rawValue: breaches.joined(separator: "\n")))
  }

  @Test(
    arguments: [
      (.importArrows, "import Streaming", "import Synchronization"),
      (.importArrows, "public import COneDNN", "/// import COneDNN"),
      (.unsafePlace, "let p: UnsafePointer<Int>", "let text = \"unsafe\"  // unsafe"),
      (.unsafePlace, "final class A: @unchecked Sendable {}", "final class A: Sendable {}"),
      (.ownName, "enum Scene {}", "enum Scenery {}"),
      (.emptyNames, "struct BoxUtils {}", "struct Corelation {}"),
      (.summaries, "public var a = 1", "/// One.\n@inlinable\npublic var a = 1"),
      (.summaries, "  public static func b() {}", "  static func b() {}"),
      (.summaries, "package final class A {}", "package var a = 1"),
      (.trapsAndSleeps, "let a = try! b()", "let a = try b()"),
      (.trapsAndSleeps, "fatalError(\"no\")", "/* fatalError(\"no\") */ throw NoError()"),
      (.leftovers, "// TO" + "DO: later", "// Done."),
    ] as [(Rule, String, String)])
  func `each rule sees a breach and lets the right thing pass`(rule: Rule, wrong: String, right: String) {
    #expect(!rule.breaches(in: SourceFile(room: "Scene", path: "wrong.swift", text: wrong)).isEmpty)
    #expect(rule.breaches(in: SourceFile(room: "Scene", path: "right.swift", text: right)).isEmpty)
  }

  @Test(arguments: [(300, true), (301, false)] as [(Int, Bool)])
  func `a file may have three hundred lines`(count: Int, isRight: Bool) {
    let text = String(repeating: "let a = 1\n", count: count)
    #expect(Rule.fileLength.breaches(in: SourceFile(room: "Scene", path: "a.swift", text: text)).isEmpty == isRight)
  }

  @Test func `files of C and of the page have at most three hundred lines, too`() throws {
    let sources = SourceFile.checkout.appending(path: "Sources")
    let endings = [".c", ".h", ".html", ".css", ".js"]
    for path in try FileManager.default.subpathsOfDirectory(atPath: sources.path)
    where endings.contains(where: path.hasSuffix) {
      let text = try String(contentsOf: sources.appending(path: path), encoding: .utf8)
      #expect(text.split(separator: "\n", omittingEmptySubsequences: false).count <= 301, "\(path)")
    }
  }

  @Test func `tests wait for conditions, and sleep in one place only`() throws {
    let tests = SourceFile.checkout.appending(path: "Tests")
    let waiting = "TestSupport/Waiting.swift"
    for path in try FileManager.default.subpathsOfDirectory(atPath: tests.path)
    where path.hasSuffix(".swift") && path != waiting {
      let text = try String(contentsOf: tests.appending(path: path), encoding: .utf8)
      let file = SourceFile(room: "Tests", path: path, text: text)
      #expect(!file.code.contains { $0.contains(/\b(u|nano)?sleep\s*\(/) }, "\(path) sleeps: use waiting(until:)")
    }
  }

  @Test func `the targets on disk, in the manifest and in the table agree`() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: SourceFile.checkout.appending(path: "Sources").path
    ).filter { $0 != "README.md" && !$0.hasPrefix(".") }
    #expect(Set(folders) == House.doors.union(House.rooms.map(\.name)))
    let manifest = try Tables.manifest()
    #expect(Set(manifest.keys) == Set(House.rooms.map(\.name)))
    for room in House.rooms {
      #expect(manifest[room.name] == room.sees, "Package.swift and House.swift differ on \(room.name)")
    }
  }

  @Test func `the map's table is that of the manifest`() throws {
    let map = try Tables.map()
    #expect(Set(map.keys) == House.doors.union(House.rooms.map(\.name)))
    for room in House.rooms {
      #expect(map[room.name] == room.sees, "Sources/README.md and House.swift differ on \(room.name)")
    }
  }

  @Test(arguments: House.rooms.map(\.name))
  func `what a target may see it uses`(name: String) throws {
    let room = try #require(House.room(name))
    let files = try SourceFile.all().filter { $0.room == name }
    let unused = room.sees.subtracting(files.flatMap(\.imports))
    #expect(unused.isEmpty, "\(name) may see \(unused.sorted()) and imports none of it")
  }

  @Test func `unsafe lines stay within the budget of their target`() throws {
    let lines = Dictionary(grouping: try SourceFile.all(), by: \.room).mapValues {
      $0.reduce(0) { $0 + $1.unsafeLines.count }
    }
    for room in House.rooms {
      let count = lines[room.name] ?? 0
      #expect(count <= room.unsafeLines, "\(room.name) has \(count) unsafe lines; the budget may only fall")
      #expect(
        count >= room.unsafeLines * 3 / 4, "\(room.name) has \(count) unsafe lines: lower its budget in House.swift")
    }
  }

  @Test(arguments: House.rooms.map(\.name))
  func `the folders of a target see each other without a circle`(name: String) throws {
    var arrows = FolderArrows(try SourceFile.all().filter { $0.room == name }).arrows
    while let end = arrows.first(where: { $0.value.isEmpty })?.key {
      arrows[end] = nil
      for folder in arrows.keys { arrows[folder]?[end] = nil }
    }
    let circle = arrows.map { folder, uses in
      uses.map { "\(name)/\(folder) uses \($0.value.sorted().joined(separator: ", ")) of \($0.key)" }
    }.joined()
    #expect(circle.isEmpty, "in a circle:\n\(circle.sorted().joined(separator: "\n"))")
  }

  @Test func `a circle of folders is noticed`() {
    let files = [
      SourceFile(room: "A", path: "Sources/A/Left/One.swift", text: "struct One { var two: Two }"),
      SourceFile(room: "A", path: "Sources/A/Right/Two.swift", text: "struct Two {}\nlet one: One? = nil"),
      SourceFile(room: "A", path: "Sources/A/All.swift", text: "struct All { var one: One }"),
    ]
    #expect(FolderArrows(files).arrows == ["Left": ["Right": ["Two"]], "Right": ["Left": ["One"]]])
  }

  @Test func `arrows form no circle`() {
    var settled = House.doors.union(House.guests)
    var open = House.rooms
    while let next = open.firstIndex(where: { $0.sees.isSubset(of: settled) }) {
      settled.insert(open.remove(at: next).name)
    }
    #expect(open.isEmpty, "in a circle: \(open.map(\.name))")
  }

  @Test(arguments: House.rooms.map(\.name).filter { $0 != "yolostream" })
  func `each library has a folder of tests`(name: String) throws {
    let folder = SourceFile.checkout.appending(path: "Tests/\(name)Tests").path
    let files = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    #expect(files.contains { $0.hasSuffix(".swift") }, "Tests/\(name)Tests has no test")
  }
}
