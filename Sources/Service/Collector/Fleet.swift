import EventStore
import Foundation
import MQTT
import Outputs
import Pipeline
import Recording
import Settings
import Synchronization
import Web

/// The state of all boxes of a collector, and the log of their events. Threads of several brokers write to it.
final class Fleet: Sendable {
  /// Counts of messages.
  struct Report: Hashable, Sendable {
    /// Events that are in the log.
    var written = 0
    /// Messages that are not events.
    var unreadable = 0
    /// How often the log could not be written, and the last reason.
    var failures = 0
    var lastFailure: String?
  }

  private struct Box {
    var isThere = true
    /// The last state of each camera, as it arrived, by its name at the box.
    var states: [String: [UInt8]] = [:]
    /// The last snapshot of each camera, by its name at the box.
    var snapshots: [String: [UInt8]] = [:]
  }

  private struct Log: ~Copyable {
    var file: LineFile
    var size: Int64
  }

  private let boxes = Mutex<[String: Box]>([:])
  private let log: Mutex<Log>
  private let path: String
  private let rotation: LogRotation?
  private let media: MediaFolder?
  private let counts = Mutex(Report())
  let updates = Broadcast<ServerSentEvent>()

  /// A fleet whose events are appended to the file at `path`. Throws if it cannot be opened.
  init(log path: String, rotation: LogRotation?, media: MediaFolder?) throws(OutputError) {
    self.path = path
    self.rotation = rotation
    self.media = media
    log = Mutex(Log(file: try LineFile(path: path, appends: true), size: Self.size(of: path)))
  }

  private static func size(of path: String) -> Int64 {
    ((try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? NSNumber)?.int64Value ?? 0
  }

  var report: Report { counts.withLock { $0 } }

  /// The cameras that boxes have reported, by name.
  var cameras: [CollectedCamera] {
    let boxes = boxes.withLock { $0 }
    return boxes.sorted { $0.key < $1.key }.flatMap { name, box in
      box.states.sorted { $0.key < $1.key }.map { camera, state in
        CollectedCamera(
          CollectedEvent.camera(camera, of: name), box: name, payload: state, isBoxThere: box.isThere)
      }
    }
  }

  /// Boxes by name, and whether each is online.
  var presence: [(name: String, isThere: Bool)] {
    boxes.withLock { $0.mapValues(\.isThere) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Takes a message of a broker; returns the lines to write for it.
  func take(_ message: MQTTMessage, _ topics: FleetTopics) -> [String] {
    guard let (box, subject) = topics.subject(of: message.topic) else { return [] }
    switch subject {
    case .availability:
      boxes.withLock { $0[box, default: Box()].isThere = message.text == "online" }
      sendCameras(of: box)
    case .state(let camera):
      // An empty message removes a camera.
      boxes.withLock { $0[box, default: Box()].states[camera] = message.payload.isEmpty ? nil : message.payload }
      sendCameras(of: box)
    case .snapshot(let camera):
      guard media != nil else { break }
      boxes.withLock { $0[box, default: Box()].snapshots[camera] = message.payload.isEmpty ? nil : message.payload }
    case .event:
      guard let event = CollectedEvent(message.payload, box: box) else {
        counts.withLock { $0.unreadable += 1 }
        break
      }
      let image = boxes.withLock { $0[box]?.snapshots[event.cameraOfBox] }
      return [
        event.line { [media] identifier, label, camera, milliseconds in
          image.flatMap { image in
            media?.keep(snapshot: image, of: identifier, label: label, camera: camera, at: milliseconds)
          }
        }
      ]
    }
    return []
  }

  /// Sends the cameras of `box` to listeners.
  private func sendCameras(of box: String) {
    guard updates.hasListeners else { return }
    for camera in cameras where camera.box == box { updates.send(ServerSentEvent(name: "camera", data: camera.json)) }
    updates.send(list)
  }

  /// The names of all cameras.
  var list: ServerSentEvent {
    ServerSentEvent(name: "cameras", data: "[\(cameras.map(\.name.json).joined(separator: ","))]")
  }

  /// Appends `lines` to the log, all or none.
  func write(_ lines: [String]) throws(OutputError) {
    do {
      try log.withLock { (log) throws(OutputError) in
        if let rotation, log.size >= rotation.size {
          try rotation.rotate(path)
          log = Log(file: try LineFile(path: path, appends: true), size: 0)
        }
        let text = lines.map { $0 + "\n" }.joined()
        try log.file.append(text)
        log.size += Int64(text.utf8.count)
      }
    } catch {
      counts.withLock { counts in
        counts.failures += 1
        counts.lastFailure = error.description
      }
      throw error
    }
    counts.withLock { $0.written += lines.count }
    if updates.hasListeners { for line in lines { updates.send(ServerSentEvent(name: "event", data: line)) } }
  }
}
