import Foundation
import Testing

@testable import Web

/// What can be wrong with the page's files without a browser; `PageTests` of the service shows them in one.
@Suite struct PageFileTests {
  private static let node = ["/usr/bin/node", "/usr/local/bin/node"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }
  private static let scripts = PageFile.all.filter { $0.path.hasSuffix(".js") }

  private static func text(_ path: String) throws -> String {
    String(decoding: try #require(PageFile.all.first { $0.path == path }).bytes, as: UTF8.self)
  }

  @Test func `the document and its scripts load the files that are served, and no other`() throws {
    let document = try Self.text("/")
    var loaded = Set(document.matches(of: /(?:src|href)="(\/[^"]+)"/).map { String($0.1) })
    for script in Self.scripts {
      loaded.formUnion(try Self.text(script.path).matches(of: /from "\.(\/[^"]+)"/).map { String($0.1) })
    }
    #expect(loaded == Set(PageFile.all.map(\.path)).subtracting(["/"]))
    for text in [document, String(decoding: PageFile.login.bytes, as: UTF8.self)] {
      #expect(!text.contains("<style") && !text.contains("<script>"), "the policy forbids code in the document")
      #expect(!text.contains(" style=") && !text.contains(" onclick="))
    }
  }

  @Test func `what the scripts look for by name is in the document`() throws {
    let document = try Self.text("/")
    var count = 0
    for script in Self.scripts {
      let text = try Self.text(script.path)
      for match in text.matches(of: /getElementById\("([\w-]+)"\)/) {
        #expect(document.contains("id=\"\(match.1)\""), "\(script.path) looks for #\(match.1)")
        count += 1
      }
      for match in text.matches(of: /(?:icon|iconButton|[^.]toggle)\("(\w+)"/) {
        #expect(document.contains("id=\"icon-\(match.1)\""), "\(script.path) shows the icon \(match.1)")
        count += 1
      }
    }
    #expect(count > 15)
  }

  @Test func `the styles are whole`() throws {
    for file in PageFile.all where file.path.hasSuffix(".css") {
      var depth = 0
      for character in try Self.text(file.path) {
        depth += character == "{" ? 1 : character == "}" ? -1 : 0
        try #require(depth >= 0, "a } too many in \(file.path)")
      }
      #expect(depth == 0, "\(depth) } are missing in \(file.path)")
    }
  }

  @Test func `a phone can install the page`() throws {
    let text = try Self.text("/manifest.webmanifest")
    let manifest = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(manifest["display"] as? String == "standalone" && manifest["start_url"] as? String == "/")
    let icons = try #require(manifest["icons"] as? [[String: String]])
    for icon in icons { _ = try Self.text(icon["src"] ?? "") }
  }

  @Test(.enabled(if: node != nil, "skipped: needs node to read JavaScript"), arguments: scripts.map(\.path))
  func `the scripts are JavaScript modules`(path: String) throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).mjs")
    defer { try? FileManager.default.removeItem(at: file) }
    let text = try Self.text(path)
    try text.write(to: file, atomically: true, encoding: .utf8)
    #expect(try Self.output(["--check", file.path]) == nil)
    try (text + "}").write(to: file, atomically: true, encoding: .utf8)
    #expect(
      try Self.output(["--check", file.path])?.contains("SyntaxError") == true, "the check notices what is wrong")
  }

  @Test(.enabled(if: node != nil, "skipped: needs node to read JavaScript"))
  func `crops, lengths, boxes and configuration are what they should be`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    for script in Self.scripts {
      try Self.text(script.path).write(to: folder.appending(path: script.path), atomically: true, encoding: .utf8)
    }
    try "{\"type\":\"module\"}".write(to: folder.appending(path: "package.json"), atomically: true, encoding: .utf8)
    let checks = folder.appending(path: "checks.js")
    try Self.checks.write(to: checks, atomically: true, encoding: .utf8)
    #expect(try Self.output([checks.path]) == nil)
  }

  private static let checks = """
    import assert from "node:assert/strict";
    import { crop } from "./rows.js";
    import { boxAt, outageSpans } from "./history.js";
    import { problem, yaml } from "./editor-yaml.js";
    import { length, startOf } from "./words.js";
    assert.equal(length(59.4), "59 s"); assert.equal(length(65), "1 min 5 s"); assert.equal(length(3600 * 5 + 300), "5 h 5 min");
    assert.equal(startOf("2026-01-31", 1).getDate(), 1);
    // A crop is inside of the image, has the tile's aspect and shows the object's middle.
    for (const box of [[0, 0, 0.1, 0.3], [0.9, 0.7, 1, 1], [0.4, 0.1, 0.6, 0.9], [0, 0, 1, 1]]) {
      const part = crop(box, 16 / 9), [x, y] = [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2];
      assert.ok(part.left >= 0 && part.top >= 0 && part.left + part.width <= 1.0001 && part.top + part.height <= 1.0001);
      assert.ok(Math.abs(part.width * 16 / 9 / part.height - 4 / 3) < 0.01);
      assert.ok(x >= part.left && x <= part.left + part.width && y >= part.top && y <= part.top + part.height);
    }
    const points = [{ time: 5, box: [0, 0, 0.2, 0.2] }, { time: 6, box: [0.2, 0, 0.4, 0.2] }, { time: 20, box: [0.5, 0, 1, 1] }];
    assert.deepEqual(boxAt(points, 5.5).map((value) => Math.round(value * 100)), [10, 0, 30, 20]);
    assert.deepEqual(boxAt(points, 4.95), [0, 0, 0.2, 0.2]); assert.equal(boxAt(points, 4.5), null, "before it was there");
    assert.equal(boxAt(points, 12), null); assert.deepEqual(boxAt(points, 20.2), [0.5, 0, 1, 1]); assert.equal(boxAt(points, 30), null);
    assert.equal(boxAt([], 1), null);
    const at = (minute) => new Date(Date.UTC(2026, 0, 5, 0, minute)).toISOString(), ms = (minute) => Date.UTC(2026, 0, 5, 0, minute);
    const change = (type, minute, outage) => ({ camera: "c", type: "camera_" + type, ts: at(minute), outage });
    const spans = (...changes) => outageSpans(changes, ms(100), ms(200)).c?.map((span) => span.map((time) => (time - ms(0)) / 60000));
    assert.deepEqual(spans(change("down", 110), change("up", 120, 660)), [[109, 120]], "the end knows when it began");
    assert.deepEqual(spans(change("down", 40)), [[100, 200]], "since the day before");
    assert.deepEqual(spans(change("up", 130, null), change("down", 40)), [[100, 130]], "over a restart of the service");
    assert.deepEqual(spans(change("down", 110), change("up", 115, null), change("down", 150), change("down", 155), change("up", 160, null)),
      [[110, 115], [150, 160]], "each ends with its own end");
    assert.equal(spans(change("down", 40), change("up", 50, 600), change("up", 120, null)), undefined);
    const zone = { kind: "zone", name: "yard", points: [[0, 0], [1, 0], [1, 1]], objects: ["traffic light"], loiter: 20, metres: [], unit: "km/h", directions: [] };
    assert.equal(problem([zone]), null);
    const road = { ...zone, points: [[0, 0], [1, 0], [1, 1], [0, 1]], metres: [3.5, 20, 3.5, 20] };
    assert.equal(problem([road]), null); assert.ok(yaml("on", [road]).includes("speed: {metres: [3.5, 20, 3.5, 20]}"));
    assert.ok(problem([{ ...road, metres: [3.5, 20] }]).includes("four lengths"));
    assert.ok(problem([zone, zone]).includes("two zones")); assert.ok(problem([{ ...zone, name: "" }]).includes("missing"));
    assert.ok(yaml("on", [zone]).includes('"on":\\n') && yaml("on", [zone]).includes('objects: ["traffic light"], loiter: 20s'));
    assert.ok(yaml("c", [{ ...zone, others: "anchor: centre, hold: 2s" }]).includes("loiter: 20s, anchor: centre, hold: 2s}"), "what has no field stays");
    const gate = { kind: "line", name: "gate", points: [[0, 0], [1, 0]], objects: [], directions: ["in", "out"], others: "anchor: top" };
    assert.ok(yaml("c", [gate]).includes("b: [1, 0], anchor: top}"));
    assert.ok(yaml("on", [{ ...zone, loiter: { person: 20, "traffic light": 60 }, isSummed: true }])
      .includes('loiter: {person: 20s, "traffic light": 60s}, loiter_sum: true'));
    const mask = { ...zone, kind: "motion mask", name: "" };
    assert.equal(problem([mask]), null); assert.ok(yaml("on", [mask, { ...mask, kind: "mask" }]).includes("motion_masks:\\n      - [[0, 0]"));
    """

  /// What node prints about the file; `nil` if it is content.
  private static func output(_ arguments: [String]) throws -> String? {
    let process = Process(), errors = Pipe()
    process.executableURL = URL(filePath: node ?? "")
    process.arguments = arguments
    process.standardError = errors
    try process.run()
    let text = String(decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 ? nil : text
  }
}
