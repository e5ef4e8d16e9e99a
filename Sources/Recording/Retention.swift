import Outputs
package import Pipeline
package import Settings
import Synchronization

/// Keeps the folder of recordings within its limits: once a minute, its own thread removes recordings that are too old or
/// exceed the size, oldest first. Recordings of events that are marked as kept stay.
///
/// It removes only files with names of recordings in their folders, and does not follow links.
package final class Retention: Sendable {
  /// Result of the last sweep; `removed` counts from the start.
  package struct Report: Sendable {
    package var usedBytes: Int64 = 0
    package var freeBytes: Int64 = 0
    package var files = 0
    package var removed = 0
    /// Files of kept events, which no limit touches.
    package var kept = 0

    package init() {}
  }

  private struct State {
    var report = Report()
    var isEnding = false
  }

  /// Seconds between two sweeps.
  static let interval = 60.0
  /// Maximum number of files that one sweep removes; the next then follows at once.
  static let batch = 1000

  private let limits: Mutex<(storage: StorageSettings, rules: RetentionRules)>
  private let folder: MediaFolder
  private let state = Mutex(State())
  private let thread = OwnedThread()

  /// Starts to watch `folder`. Throws if the system has no thread left.
  package init(_ limits: StorageSettings, folder: MediaFolder) throws(PipelineError) {
    self.limits = Mutex((limits, RetentionRules()))
    self.folder = folder
    try thread.start("retention") { self.serve() }
  }

  package var report: Report { state.withLock { $0.report } }

  /// Applies other limits from now on, starting with a sweep.
  package func change(to limits: StorageSettings) {
    self.limits.withLock { $0.storage = limits }
    folder.trouble.notify()
  }

  /// Applies other rules from now on.
  package func change(_ change: (inout RetentionRules) -> Void) {
    limits.withLock { change(&$0.rules) }
    folder.trouble.notify()
  }

  /// Ends the thread.
  package func stop() async { await thread.stop(tellEnd) }

  /// The same for callers that are not asynchronous: blocks for the time of a sweep.
  package func end() { thread.join(tellEnd) }

  private func tellEnd() {
    state.withLock { $0.isEnding = true }
    folder.trouble.notify()
  }

  private func serve() {
    var trust = ClockTrust()
    while !state.withLock({ $0.isEnding }) {
      let (limits, rules) = limits.withLock { $0 }
      // With a wrong clock everything may look old; limits of size do not depend on it.
      let isTrusted = trust.see(
        wall: Double(EventClock.wallMilliseconds) / 1e3, monotonic: Double(MonotonicTime.nanoseconds) / 1e9)
      if Self.sweep(
        folder, limits, rules, agesCount: isTrusted,
        note: { report in
          state.withLock { state in
            let removed = state.report.removed + report.removed
            state.report = report
            state.report.removed = removed
          }
        })
      {
        continue
      }
      // A failed write starts a sweep at once; many failures since the last sweep start only one.
      folder.trouble.wait(seconds: Self.interval)
    }
  }

  /// Sweeps `folder` once; returns whether there is more to remove.
  static func sweep(
    _ folder: MediaFolder, _ limits: StorageSettings, _ rules: RetentionRules = RetentionRules(),
    agesCount: Bool = true,
    now: Int64 = EventClock.wallMilliseconds, note: (Report) -> Void
  ) -> Bool {
    guard let root = OpenFolder(path: folder.path), let space = root.space else { return false }
    let limit = endOfHours(now)
    let files = recordings(in: root, clearedAt: now).filter { !folder.isOpen($0.name.file) }
    let kept: Set<String>, alerts: Set<String>, spared: Set<SegmentName>
    do {
      kept = try rules.knowledge?.kept() ?? []
      let asked = files.compactMap(\.name.event).filter { rules.cameras[$0.camera]?.alerts != nil }.map(\.identifier)
      alerts = try rules.knowledge?.alerts(Array(Set(asked))) ?? []
      spared = try rules.segmentsOfAlerts(among: files.compactMap(\.name.segment), now: now)
    } catch {
      // Without the history it is unknown what has to be kept: a full disk is better than lost evidence.
      return false
    }
    let keptEvents = Set(kept.map { MediaName(parsing: $0)?.identifier ?? $0 })
    let plan = RetentionPlan(
      limits: limits,
      oldest: { name in
        guard agesCount else { return nil }
        let age =
          switch name {
          case .event(let name): rules.age(of: name, maxAge: limits.maxAge) { alerts.contains($0) }
          case .segment(let name): rules.age(of: name, maxAge: limits.maxAge, isAlert: spared.contains(name))
          }
        return age.map { MediaName.time(now - Int64($0 * 1e3)) }
      },
      isKept: { name in
        guard let event = name.event else { return false }
        return kept.contains(event.file) || event.kind == .trace && keptEvents.contains(event.identifier)
      }, free: space.free, total: space.total)
    let doomed = plan.doomed(files)
    var removed: Set<RecordedFile> = []
    for file in doomed.prefix(batch) where remove(file.name, in: root, before: limit) { removed.insert(file) }
    let events = removed.compactMap(\.name.event)
    if !events.isEmpty {
      rules.knowledge?.forget(events.map { "\(folder.path)/\($0.folder)/\($0.file)" }.sorted())
    }
    var report = Report()
    report.usedBytes = files.reduce(0) { $0 + (removed.contains($1) ? 0 : $1.byteCount) }
    report.files = files.count - removed.count
    report.freeBytes = root.space?.free ?? 0
    report.removed = removed.count
    report.kept = files.count { plan.isKept($0.name) }
    note(report)
    // What cannot be removed now will not go at once, either.
    return doomed.count > batch && !removed.isEmpty
  }

  /// Two hours after its end no file is created in the folder of an hour: files have the time of the movement that they show.
  private static func endOfHours(_ now: Int64) -> String { MediaName.time(now - 7_200_000) }

  /// All recordings below `root`. If `now` is given, in milliseconds since 1970, it removes empty folders of hours and days
  /// that are over, which are not removed with their last file while new files are possible. Folders that changed in the last
  /// minute stay: a camera whose clock is late may have created one for a file that it is about to write.
  static func recordings(in root: borrowing OpenFolder, clearedAt now: Int64? = nil) -> [RecordedFile] {
    var files: [RecordedFile] = []
    let limit = now.map(endOfHours) ?? ""
    func clear(_ name: String, in folder: borrowing OpenFolder) {
      guard let now, let change = folder.changeTime(of: name), abs(Double(now) / 1e3 - change) > 60 else { return }
      folder.removeEmptyFolder(name)
    }
    for camera in root.names where MediaName.isCamera(camera) {
      guard let days = OpenFolder(camera, in: root) else { continue }
      for day in days.names where MediaName.isDay(day) {
        guard let hours = OpenFolder(day, in: days) else { continue }
        for hour in hours.names where MediaName.isHour(hour) {
          guard let inner = OpenFolder(hour, in: hours) else { continue }
          let names = inner.names
          if names.isEmpty, isOver(hour, of: day, before: limit) { clear(hour, in: hours) }
          for file in names {
            guard let name = RecordedName(parsing: file), name.folder == "\(camera)/\(day)/\(hour)",
              let count = inner.byteCount(of: file)
            else { continue }
            files.append(RecordedFile(name: name, byteCount: count))
          }
        }
        if isOver("23", of: day, before: limit) { clear(day, in: days) }
      }
    }
    return files
  }

  /// Whether an hour had ended at `limit`, a time as in names.
  private static func isOver(_ hour: String, of day: String, before limit: String) -> Bool {
    day.filter { $0 != "-" } + "T" + hour < limit.prefix(11)
  }

  /// Removes one file, and folders that are empty afterwards unless new files are possible there.
  static func remove(_ name: RecordedName, in root: borrowing OpenFolder, before limit: String) -> Bool {
    guard let days = OpenFolder(name.camera, in: root), let hours = OpenFolder(name.day, in: days),
      let inner = OpenFolder(name.hour, in: hours), inner.byteCount(of: name.file) != nil, inner.remove(name.file)
    else { return false }
    if name.time < limit {
      hours.removeEmptyFolder(name.hour)
      days.removeEmptyFolder(name.day)
    }
    return true
  }
}
