import Outputs

/// One event, as far as the names of its recorded files describe it.
package struct FoundRecording: Hashable, Sendable {
  let name: MediaName
  package fileprivate(set) var snapshot: String?
  package fileprivate(set) var clip: String?

  /// The events whose files are below `folder`, by rising identifier. A clip belongs to the event in its name.
  package static func all(in folder: String) -> [FoundRecording] {
    guard let root = OpenFolder(path: folder) else { return [] }
    var found: [String: FoundRecording] = [:]
    for file in Retention.recordings(in: root) {
      guard case .event(let name) = file.name, name.kind != .trace else { continue }
      let path = "\(folder)/\(name.folder)/\(name.file)"
      var recording = found[name.identifier] ?? FoundRecording(name: name)
      if name.kind == .clip { recording.clip = path } else { recording.snapshot = path }
      found[name.identifier] = recording
    }
    return found.values.sorted { $0.name.identifier < $1.name.identifier }
  }

  /// Names of its files.
  package var files: [String] { [snapshot, clip].compactMap { $0?.split(separator: "/").last.map(String.init) } }

  /// A line of an event log with the same content.
  package var line: String {
    let start = EventClock.text(FootageTime.milliseconds(name.time) ?? 0).json
    return "{\"v\":2,\"id\":\(name.identifier.json),\"type\":\"recording\",\"camera\":\(name.camera.json),\"seq\":0,"
      + "\"ts\":\(start),\"label\":\(name.label.json),\"start\":\(start),\"snapshot\":\(snapshot?.json ?? "null"),"
      + "\"clip\":\(clip?.json ?? "null")}"
  }
}

extension MediaFolder {
  /// The present location of the recording that a log calls `path`: below this folder, even if it was moved. `nil` if it does
  /// not have the name of a recording.
  package func recording(at path: String) -> String? {
    MediaName(parsing: path.split(separator: "/").last ?? "").map { "\(self.path)/\($0.folder)/\($0.file)" }
  }

  /// The file with the trace of an object; it is named like its snapshot.
  package func trace(of identifier: String, camera: String, label: String, began milliseconds: Int64) -> String {
    let name = MediaName(
      camera: camera, milliseconds: milliseconds, label: label, identifier: identifier, kind: .trace)
    return "\(path)/\(name.folder)/\(name.file)"
  }

  /// Removes the recording that a log calls `path`, unless it is being written; returns whether it is gone.
  @discardableResult
  package func remove(_ path: String) -> Bool {
    guard let name = MediaName(parsing: path.split(separator: "/").last ?? ""), !isOpen(name.file),
      let root = OpenFolder(path: self.path)
    else { return false }
    if name.kind == .snapshot { _ = Retention.remove(.event(name.trace), in: root, before: "") }
    return Retention.remove(.event(name), in: root, before: "")
  }
}
