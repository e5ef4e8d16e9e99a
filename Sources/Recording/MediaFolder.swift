import Foundation
package import Outputs
import Pipeline
import Synchronization

/// The folder of all recordings: names of new files, and the state of the latest.
package final class MediaFolder: Sendable {
  /// Counts of files that were written, and that failed.
  package struct Report: Sendable {
    package var clips = 0, snapshots = 0, segments = 0
    package var clipFailures = 0, snapshotFailures = 0, segmentFailures = 0
    package var lastFailure: String?

    package init() {}
  }

  private struct State {
    var report = Report()
    /// Files that are being written, by their names.
    var open: Set<String> = []
    var evidence: [String: StampedEvent.Evidence] = [:]
    /// The identifiers in `evidence`, oldest first.
    var order: [String] = []
    /// Events that were deleted while their objects were in view.
    var deleted: Set<String> = []
  }

  /// Events whose files are remembered by their identifiers.
  private static let remembered = 2000

  package let path: String
  /// Notified when something could not be written.
  let trouble = Wakeup()
  private let state = Mutex(State())

  /// The folder at `path`, which is made if need be.
  package init(path: String) throws(OutputError) {
    try OutputFolder.make(path)
    self.path = path
  }

  package var report: Report { state.withLock { $0.report } }

  /// The path for the file called `name`; creates its folder.
  func place(_ name: MediaName) throws(OutputError) -> String { try place(.event(name)) }

  /// The path for the segment called `name`; creates its folder.
  func place(_ name: SegmentName) throws(OutputError) -> String { try place(.segment(name)) }

  private func place(_ name: RecordedName) throws(OutputError) -> String {
    try OutputFolder.make("\(path)/\(name.folder)")
    return "\(path)/\(name.folder)/\(name.file)"
  }

  /// Whether there is a file called `name`.
  func has(_ name: MediaName) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(name.folder)/\(name.file)")
  }

  /// Notes whether the file called `name` is being written, so that it must not be removed.
  func note(_ name: String, isOpen: Bool) {
    state.withLock { state in
      if isOpen { state.open.insert(name) } else { state.open.remove(name) }
    }
  }

  /// Whether the file called `name` is being written.
  func isOpen(_ name: String) -> Bool { state.withLock { $0.open.contains(name) } }

  /// A segment of a continuous recording is whole and on the disk.
  func noteSegment() { state.withLock { $0.report.segments += 1 } }

  /// A segment could not be written, or not to its end.
  func noteSegmentFailure(_ error: OutputError) {
    state.withLock { state in
      state.report.segmentFailures += 1
      state.report.lastFailure = error.description
    }
    trouble.notify()
  }

  /// A file of `kind` is complete and on the disk.
  func noteSuccess(_ kind: MediaName.Kind) {
    state.withLock { if kind == .clip { $0.report.clips += 1 } else { $0.report.snapshots += 1 } }
  }

  /// A file of `kind` could not be written completely.
  func noteFailure(_ kind: MediaName.Kind, _ error: OutputError) {
    state.withLock { state in
      if kind == .clip { state.report.clipFailures += 1 } else { state.report.snapshotFailures += 1 }
      state.report.lastFailure = error.description
    }
    trouble.notify()
  }

  /// Remembers which files show the event `identifier`.
  func remember(_ evidence: StampedEvent.Evidence, of identifier: String) {
    state.withLock { state in
      guard !state.deleted.contains(identifier) else { return }
      if state.evidence.updateValue(evidence, forKey: identifier) != nil { return }
      if state.order.count == Self.remembered { state.evidence[state.order.removeFirst()] = nil }
      state.order.append(identifier)
    }
  }

  /// Nothing more is to be kept of the events `identifiers`, whose objects are still in view.
  package func delete(_ identifiers: [String]) {
    state.withLock { state in
      state.deleted.formUnion(identifiers)
      for identifier in identifiers { state.evidence[identifier] = nil }
      state.order.removeAll(where: state.deleted.contains)
    }
  }

  /// Whether the event `identifier` was deleted while its object was in view.
  func isDeleted(_ identifier: String) -> Bool { state.withLock { $0.deleted.contains(identifier) } }

  /// The object of the event `identifier` is gone.
  func forget(_ identifier: String) { state.withLock { _ = $0.deleted.remove(identifier) } }

  /// The files that show the event `identifier`, if it is one of the latest.
  package func evidence(of identifier: String) -> StampedEvent.Evidence? { state.withLock { $0.evidence[identifier] } }
}

extension MediaFolder {
  /// Keeps `bytes`, a JPEG that came from elsewhere, as the snapshot of the object `identifier` that `camera` saw first at
  /// `milliseconds` since 1970; its path, or `nil` if that failed.
  package func keep(
    snapshot bytes: [UInt8], of identifier: String, label: String, camera: String, at milliseconds: Int64
  ) -> String? {
    let name = MediaName(
      camera: camera, milliseconds: milliseconds, label: label, identifier: identifier, kind: .snapshot)
    do throws(OutputError) {
      let path = try place(name)
      try DurableFile.replace(path, with: bytes)
      noteSuccess(.snapshot)
      return path
    } catch {
      noteFailure(.snapshot, error)
      return nil
    }
  }
}
