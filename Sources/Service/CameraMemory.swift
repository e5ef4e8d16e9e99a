import Foundation
import Outputs
import Rules
import Streaming

/// The state of one camera that is kept over restarts: stationary objects with their identifiers, and counts of lines.
struct CameraMemory: Hashable, Sendable, Codable {
  /// Version of the format.
  private(set) var version = 1
  /// When it was written, in milliseconds since 1970.
  let saved: Int64
  let rules: RulesState
  let objects: [EventStamper.OpenObject]

  /// The objects that go on after a restart: what was active when a service was killed is not among them.
  var known: [EventStamper.OpenObject] { objects.filter { rules.identities.contains($0.identity) } }

  /// Whether `older` can stay: it has the same content and is less than a minute old.
  func isCovered(by older: CameraMemory?) -> Bool {
    guard let older else { return false }
    return saved - older.saved < 60_000 && rules.hasSameContent(as: older.rules)
  }

  /// The saved state for `now`.
  func past(at now: Int64 = EventClock.wallMilliseconds) -> ScenePast {
    ScenePast(rules, age: max(0, (Double(now) - Double(saved)) / 1e3))
  }
}

/// The folder in which a service saves the state of its cameras, as `CAMERA.json`.
struct MemoryFolder: Hashable {
  let path: String

  /// The folder beside the log of events, or else in that of recordings; `nil` for a service that keeps neither.
  init?(events: String?, recordings: String?) {
    // A pipe or terminal has no folder beside it.
    let type = events.flatMap { try? FileManager.default.attributesOfItem(atPath: $0)[.type] as? FileAttributeType }
    let isFile = [nil, .typeRegular, .typeSymbolicLink].contains(type)
    if let events, events != "-", isFile {
      path = (events.hasSuffix(".jsonl") ? String(events.dropLast(6)) : events) + ".state"
    } else if let recordings {
      path = recordings + "/state"
    } else {
      return nil
    }
  }

  /// The saved state of `camera`; `nil` if there is none or it cannot be read.
  func memory(of camera: String) -> CameraMemory? {
    guard let data = try? Data(contentsOf: URL(filePath: place(camera))) else { return nil }
    return try? JSONDecoder().decode(CameraMemory.self, from: data)
  }

  /// Replaces the saved state of `camera`.
  func write(_ memory: CameraMemory, of camera: String) throws(OutputError) {
    try OutputFolder.make(path)
    let bytes: [UInt8]
    do { bytes = [UInt8](try JSONEncoder().encode(memory)) } catch {
      throw OutputError(.writeFailed, "cannot write \(place(camera)): \(error)")
    }
    try DurableFile.replace(place(camera), with: bytes)
  }

  private func place(_ camera: String) -> String { "\(path)/\(camera).json" }
}
