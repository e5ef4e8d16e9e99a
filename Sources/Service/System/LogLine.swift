import Foundation
import JSON
import Outputs

/// A line of the service's log, for the operator: what happened to the service and its cameras.
package struct LogLine: Hashable, Sendable {
  /// How much it matters, the most important first.
  package enum Level: Int, Hashable, Sendable, CaseIterable, Comparable {
    /// Something is lost or refused.
    case error
    /// Something is wrong and tried again.
    case warning
    /// What an operator wants to know of a healthy service.
    case info
    /// Every attempt.
    case debug

    /// Its name in the log.
    package var name: String { "\(self)" }

    /// The level called `name`; `nil` if there is none.
    package init?(named name: String) {
      guard let level = Self.allCases.first(where: { $0.name == name.lowercased() }) else { return nil }
      self = level
    }

    /// Whether `left` matters more.
    package static func < (left: Level, right: Level) -> Bool { left.rawValue < right.rawValue }
  }

  /// How much it matters.
  package var level: Level
  /// Name of the camera it is about; `nil` for the service.
  package var camera: String?
  /// One sentence.
  package var text: String

  /// A line about `camera`, or about the service.
  package init(_ level: Level, camera: String? = nil, _ text: String) {
    self.level = level
    self.camera = camera
    self.text = text
  }

  /// The line with its time: `2026-11-30T07:41:09.120Z warning front: offline (refused): …`.
  package func text(at milliseconds: Int64) -> String {
    "\(EventClock.text(milliseconds)) \(level.name) \(subject)"
  }

  /// The line as systemd's journal reads it from standard error: its level as a priority (`man sd-daemon`), and no time,
  /// which the journal adds.
  package var journalText: String {
    let priority =
      switch level {
      case .error: 3
      case .warning: 4
      case .info: 6
      case .debug: 7
      }
    return "<\(priority)>\(subject)"
  }

  /// The line as one JSON object: `time`, `level`, `camera` if it is about one, and `message`.
  package func json(at milliseconds: Int64) -> String {
    var object: JSONValue = ["time": .string(EventClock.text(milliseconds)), "level": .string(level.name)]
    if let camera { object.add("camera", camera) }
    object.add("message", text)
    return object.text
  }

  private var subject: String { camera.map { "\($0): \(text)" } ?? text }
}
