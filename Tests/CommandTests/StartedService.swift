import Foundation
import Testing

/// A running service and the port it listens on.
struct StartedService {
  let running: Running
  let port: Int

  /// - Parameters:
  ///   - cameras: lines of YAML, one a camera.
  ///   - limit: a limit of the shell under which it runs, such as `-n 32`.
  init(
    _ program: Program, cameras: [String], log: String = "events.jsonl", limit: String? = nil,
    variables: [String: String] = [:]
  ) throws {
    try Self.write(program, cameras: cameras, log: log)
    running = try program.start(["serve", "-c", "service.yml"], hasModel: false, limit: limit, variables: variables)
    var port: Int?
    running.waitForError { error in
      port = error.firstMatch(of: /cameras?; http:\/\/127\.0\.0\.1:(\d+)\//).flatMap { Int($0.1) }
      return port != nil
    }
    let log = try running.errorSoFar()
    self.port = try #require(port, "\(log)")
  }

  static func write(_ program: Program, cameras: [String], log: String = "events.jsonl") throws {
    try """
    version: 1
    model: {path: model.safetensors, imgsz: 64}
    defaults: {detect: {fps: 25, motion: {gate: false}}}
    cameras:
    \(cameras.map { "  " + $0 }.joined(separator: "\n"))
    outputs: {events: {jsonl: {path: \(log)}}}
    http: {listen: "127.0.0.1:0"}
    """.write(toFile: program.path("service.yml"), atomically: true, encoding: .utf8)
  }

  /// The answer to a request, its head included; empty if there is none.
  func get(_ program: Program, _ path: String, options: [String] = []) throws -> String {
    try program.tool("curl", ["-s", "-i", "-m", "10"] + options + ["http://127.0.0.1:\(port)\(path)"]).output
  }

  /// Frames of `camera` that were inferred.
  func inferred(_ program: Program, _ camera: String) throws -> Int {
    let text = try get(program, "/api/v1/cameras/\(camera)")
    return text.firstMatch(of: /"inferred":(\d+)/).flatMap { Int($0.1) } ?? -1
  }
}
