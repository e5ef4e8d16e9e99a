import JSON
import Outputs

/// One event, as far as the names of its recorded files describe it.
package struct FoundRecording: Hashable, Sendable {
  let name: MediaName
  /// The latest image.
  package fileprivate(set) var snapshot: String?
  /// All clips, oldest first.
  package fileprivate(set) var clips: [String] = []
  /// Names of its files.
  package fileprivate(set) var files: [String] = []

  /// The events whose files are below `folder`, by rising identifier. A clip belongs to the event in its name.
  package static func all(in folder: String) -> [FoundRecording] {
    guard let root = OpenFolder(path: folder) else { return [] }
    var found: [String: FoundRecording] = [:]
    // They come by rising time.
    for file in Retention.recordings(in: root) {
      guard case .event(let name) = file.name, name.kind != .trace else { continue }
      let path = "\(folder)/\(name.folder)/\(name.file)"
      var recording = found[name.identifier] ?? FoundRecording(name: name)
      if name.kind == .clip { recording.clips.append(path) } else { recording.snapshot = path }
      recording.files.append(name.file)
      found[name.identifier] = recording
    }
    return found.values.sorted { $0.name.identifier < $1.name.identifier }
  }

  /// Lines of an event log with the same content: one for each clip, at least one.
  package var lines: [String] {
    // Files have the times of movements; the identifier has that of the first.
    let began = SortableIdentifier.milliseconds(name.identifier) ?? FootageTime.milliseconds(name.time) ?? 0
    let start = EventClock.text(began).json
    return (clips.isEmpty ? [nil] : clips.map(Optional.some)).enumerated().map { number, clip in
      "{\"v\":2,\"id\":\(name.identifier.json),\"type\":\"recording\",\"camera\":\(name.camera.json),"
        + "\"seq\":\(number),\"ts\":\(start),\"label\":\(name.label.json),\"start\":\(start),"
        + "\"snapshot\":\(snapshot?.json ?? "null"),\"clip\":\(clip?.json ?? "null")}"
    }
  }
}

extension MediaFolder {
  /// The present location of the recording that a log calls `path`: below this folder, even if it was moved. `nil` if it does
  /// not have the name of a recording.
  package func recording(at path: String) -> String? {
    MediaName(parsing: path.split(separator: "/").last ?? "").map { "\(self.path)/\($0.folder)/\($0.file)" }
  }

  /// The file with the trace that the object of an event leaves in the clip that a log calls `clip`; `nil` if that does not have
  /// the name of one.
  package func trace(of identifier: String, label: String, clip: String) -> String? {
    MediaName(parsing: clip.split(separator: "/").last ?? "").map { clip in
      let name = clip.trace(of: identifier, label: label)
      return "\(path)/\(name.folder)/\(name.file)"
    }
  }

  /// Removes the recording that a log calls `path`, unless it is being written; returns whether it is gone.
  @discardableResult
  package func remove(_ path: String) -> Bool {
    guard let name = MediaName(parsing: path.split(separator: "/").last ?? ""), !isOpen(name.file),
      let root = OpenFolder(path: self.path)
    else { return false }
    return Retention.remove(.event(name), in: root, before: "")
  }
}
