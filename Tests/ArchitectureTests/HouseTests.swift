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
      (.trapsAndSleeps, "let a = try! b()", "let a = try b()"),
      (.trapsAndSleeps, "fatalError(\"no\")", "/* fatalError(\"no\") */ throw NoError()"),
      (.leftovers, "// TO" + "DO: later", "// Done."),
    ] as [(Rule, String, String)])
  func `each rule sees a breach and lets the right thing pass`(rule: Rule, wrong: String, right: String) {
    #expect(!rule.breaches(in: SourceFile(room: "Scene", path: "wrong.swift", text: wrong)).isEmpty)
    #expect(rule.breaches(in: SourceFile(room: "Scene", path: "right.swift", text: right)).isEmpty)
  }

  @Test(arguments: [(400, true), (401, false)] as [(Int, Bool)])
  func `a file may have four hundred lines`(count: Int, isRight: Bool) {
    let text = String(repeating: "let a = 1\n", count: count)
    #expect(Rule.fileLength.breaches(in: SourceFile(room: "Scene", path: "a.swift", text: text)).isEmpty == isRight)
  }

  @Test func `the targets on disk, in the manifest and in the table agree, and the manifest adds no arrow`() throws {
    let folders = try FileManager.default.contentsOfDirectory(
      atPath: SourceFile.checkout.appending(path: "Sources").path
    ).filter { $0 != "README.md" && !$0.hasPrefix(".") }
    #expect(Set(folders) == House.doors.union(House.rooms.map(\.name)))
    let manifest = try String(contentsOf: SourceFile.checkout.appending(path: "Package.swift"), encoding: .utf8)
    for match in manifest.matches(of: /room\(\s*"(\w+)"(?:,\s*sees:\s*\[([^\]]*)\])?/) {
      let sees = Set((match.2 ?? "").matches(of: /"(\w+)"/).map { String($0.1) })
      let allowed = House.room(String(match.1))?.sees ?? []
      #expect(
        sees.isSubset(of: allowed),
        "Package.swift lets \(match.1) see \(sees.subtracting(allowed)), House.swift does not")
    }
  }

  @Test func `arrows form no circle`() {
    var settled = House.doors.union(House.guests)
    var open = House.rooms
    while let next = open.firstIndex(where: { $0.sees.isSubset(of: settled) }) {
      settled.insert(open.remove(at: next).name)
    }
    #expect(open.isEmpty, "in a circle: \(open.map(\.name))")
  }

  @Test(arguments: House.rooms.map(\.name) + House.doors.sorted())
  func `the map names the target and says what it is for`(name: String) throws {
    let map = try String(contentsOf: SourceFile.checkout.appending(path: "Sources/README.md"), encoding: .utf8)
    #expect(map.contains("`\(name)`"), "Sources/README.md does not mention \(name)")
  }

  @Test(arguments: House.rooms.map(\.name).filter { $0 != "yolostream" })
  func `each library has a folder of tests`(name: String) throws {
    let folder = SourceFile.checkout.appending(path: "Tests/\(name)Tests").path
    let files = (try? FileManager.default.subpathsOfDirectory(atPath: folder)) ?? []
    #expect(files.contains { $0.hasSuffix(".swift") }, "Tests/\(name)Tests has no test")
  }
}
