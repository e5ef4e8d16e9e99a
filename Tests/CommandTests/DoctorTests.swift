import Foundation
import Testing

@Suite struct DoctorTests {
  private struct Report: Decodable {
    struct Finding: Decodable {
      let area, state, fact: String
      let advice: String?
    }
    let version: String
    let findings: [Finding]
  }

  @Test func `a doctor looks at all that a run and a service need`() throws {
    let program = try Program()
    let running = try program.start(
      ["doctor", "--json"], hasModel: false,
      variables: ["YOLOSTREAM_CACHE": program.path("cache"), "YOLOSTREAM_HTTP_TOKEN": "s3cret"])
    let outcome = try running.wait()
    let report = try JSONDecoder().decode(Report.self, from: Data(outcome.output.utf8))
    let areas = Set(report.findings.map(\.area))
    for area in ["processor", "speed", "ffmpeg", "hardware decoding", "cameras", "ports", "storage", "environment"] {
      #expect(areas.contains(area), "\(area) is missing in \(areas)")
    }
    let speed = try #require(report.findings.first { $0.area == "speed" })
    #expect(speed.fact.contains("f32") && speed.fact.contains(" ms") && speed.fact.contains("auto takes"), "\(speed)")
    #expect(speed.fact.contains("one thread a frame"), "as runs do it: \(speed)")
    #expect(report.findings.allSatisfy { $0.state == "good" || $0.advice != nil })
    #expect((outcome.status == 0) == report.findings.allSatisfy { $0.state != "problem" })
    #expect(!outcome.output.contains("s3cret"))
  }

  @Test func `a configuration is checked as well, and its secrets stay in it`() throws {
    let program = try Program()
    func configuration(_ url: String) -> String {
      "version: 1\nmodel: {path: gelan-n}\ncameras: {front: {url: \"\(url)\"}}\nhttp: {listen: \"127.0.0.1:8123\"}\n"
        + "outputs: {storage: {path: \"\(program.path("kept"))\"}, events: {jsonl: {path: log/e.jsonl}}}\n"
    }
    try Data(configuration("rtsp://me:s3cret@192.0.2.1/x").utf8).write(to: URL(filePath: program.path("good.yml")))
    try Data(configuration("gopher://me:s3cret@x").utf8).write(to: URL(filePath: program.path("bad.yml")))
    // Unreadable for root, too.
    try FileManager.default.createDirectory(atPath: program.path("secrets.env"), withIntermediateDirectories: true)
    let good = try program.run(["doctor", "-c", "good.yml"], hasModel: false)
    #expect(good.output.contains("good.yml: good, 1 camera") && good.output.contains("8123"), "\(good.output)")
    #expect(good.output.contains("/kept (recordings)") && good.output.contains("log (events)"), "\(good.output)")
    #expect(good.output.contains("notice   configuration") && good.output.contains("secrets.env as this user"))
    let bad = try program.run(["doctor", "-c", "bad.yml"], hasModel: false)
    #expect(bad.status == 69 && bad.output.contains("PROBLEM  configuration"), "\(bad.output)")
    #expect(!(good.output + bad.output).contains("s3cret"))
  }
}
