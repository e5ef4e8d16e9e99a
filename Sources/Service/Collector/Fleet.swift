import EventStore
import Foundation
import JSON
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
    /// Messages that are no events, or are too large or too many.
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

  private struct State {
    var boxes: [String: Box] = [:]
    /// Bytes of all snapshots.
    var imageBytes = 0
  }

  /// What is kept at most: everyone who may publish to a broker decides what there is.
  private static let mostBoxes = 1000, mostCameras = 256, largestState = 1 << 16, largestEvent = 1 << 20
  private static let mostImageBytes = 256 << 20

  private struct Log: ~Copyable {
    var file: LineFile
    var size: Int64
  }

  private let state = Mutex(State())
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
    let boxes = state.withLock { $0.boxes }
    return boxes.sorted { $0.key < $1.key }.flatMap { name, box in
      box.states.sorted { $0.key < $1.key }.map { camera, state in
        CollectedCamera(
          CollectedEvent.camera(camera, of: name), box: name, payload: state, isBoxThere: box.isThere)
      }
    }
  }

  /// Boxes by name, and whether each is online.
  var presence: [(name: String, isThere: Bool)] {
    state.withLock { $0.boxes.mapValues(\.isThere) }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
  }

  /// Takes a message of a broker; returns the lines to write for it.
  func take(_ message: MQTTMessage, _ topics: FleetTopics) -> [String] {
    guard let (box, subject) = topics.subject(of: message.topic) else { return [] }
    let payload = message.payload
    switch subject {
    case .availability:
      let isKnown = change(box) { box, _ in
        box.isThere = message.text == "online"
        return true
      }
      if isKnown { sendCameras(of: box) }
    case .state(let camera):
      let isKnown = change(box) { box, _ in
        guard payload.count <= Self.largestState, box.states[camera] != nil || box.states.count < Self.mostCameras
        else { return false }
        // An empty message removes a camera.
        box.states[camera] = payload.isEmpty ? nil : payload
        return true
      }
      if isKnown { sendCameras(of: box) }
    case .snapshot(let camera):
      guard media != nil else { break }
      _ = change(box) { box, imageBytes in
        let added = payload.count - (box.snapshots[camera]?.count ?? 0)
        guard imageBytes + added <= Self.mostImageBytes,
          box.snapshots[camera] != nil || box.snapshots.count < Self.mostCameras
        else { return false }
        imageBytes += added
        box.snapshots[camera] = payload.isEmpty ? nil : payload
        return true
      }
    case .event:
      guard payload.count <= Self.largestEvent, let event = CollectedEvent(payload, box: box) else {
        counts.withLock { $0.unreadable += 1 }
        break
      }
      let image = state.withLock { $0.boxes[box]?.snapshots[event.cameraOfBox] }
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

  /// Changes what is known of `box` by `change`, which returns `false` for what is too much. Returns whether it was changed.
  private func change(_ box: String, _ change: (_ box: inout Box, _ imageBytes: inout Int) -> Bool) -> Bool {
    let isChanged = state.withLock { state in
      guard state.boxes[box] != nil || state.boxes.count < Self.mostBoxes else { return false }
      return change(&state.boxes[box, default: Box()], &state.imageBytes)
    }
    if !isChanged { counts.withLock { $0.unreadable += 1 } }
    return isChanged
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
