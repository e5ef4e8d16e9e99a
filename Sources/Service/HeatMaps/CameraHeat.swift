import Outputs
import Scene
import Synchronization

/// Where objects spend time in front of one camera: collected by the worker that has the camera, saved by the thread that saves
/// states, read by that of the web server for files.
final class CameraHeat: Sendable {
  private struct State: Sendable {
    var hours: HeatHours
    /// The camera is stopped; its successor has the files now.
    var isOver = false
  }

  private let camera: String
  private let classes: ClassCatalogue
  private let folder: HeatFolder?
  private let state: Mutex<State>
  /// Held while files are written or read. Workers never wait for it.
  private let files = Mutex(())

  /// The heat maps of `camera`; without a `folder` the last hours are kept in memory.
  init(_ camera: String, classes: ClassCatalogue, folder: HeatFolder?) {
    self.camera = camera
    self.classes = classes
    self.folder = folder
    state = Mutex(State(hours: HeatHours(isInMemory: folder == nil)))
  }

  /// Adds what a frame shows.
  func add(_ presence: [Presence], at now: Int64 = EventClock.wallMilliseconds) {
    guard !presence.isEmpty else { return }
    state.withLock { if !$0.isOver { $0.hours.add(presence, classes: classes, at: now) } }
  }

  /// Saves what is due.
  ///
  /// - Parameter isLast: whether the camera stops: all is saved, and nothing is added afterwards.
  func save(at now: Int64 = EventClock.wallMilliseconds, isLast: Bool = false) throws(OutputError) {
    let failure = files.withLock { _ -> OutputError? in
      do throws(OutputError) {
        try write(at: now, isLast: isLast)
        return nil
      } catch { return error }
    }
    if let failure { throw failure }
  }

  private func write(at now: Int64, isLast: Bool) throws(OutputError) {
    if isLast { state.withLock { $0.isOver = true } }
    guard let folder else { return }
    for hour in state.withLock({ $0.hours.due(at: now, isLast: isLast) }) {
      if state.withLock({ $0.hours.hours[hour]?.isWhole }) == false {
        let saved = folder.map(of: camera, hour: hour)
        state.withLock { $0.hours.complete(hour, with: saved) }
      }
      guard let map = state.withLock({ $0.hours.take(hour, at: now) }) else { continue }
      do throws(OutputError) { try folder.write(map, of: camera, hour: hour) } catch {
        state.withLock { $0.hours.takeBack(hour) }
        throw error
      }
    }
    state.withLock { $0.hours.forget(at: now) }
  }

  /// The time of objects in all hours that `span` (milliseconds since 1970) touches.
  func map(in span: Range<Int64>) -> HeatMap {
    guard !span.isEmpty else { return HeatMap() }
    let range = HeatHours.number(span.lowerBound)...HeatHours.number(span.upperBound - 1)
    return files.withLock { _ in
      let present = state.withLock { $0.hours.hours }
      var map = HeatMap()
      for hour in folder?.hours(of: camera, in: range) ?? [] where !(present[hour]?.isWhole ?? false) {
        if let saved = folder?.map(of: camera, hour: hour) { map.add(saved) }
      }
      for hour in present.keys.sorted() where range.contains(hour) {
        if let part = present[hour]?.map { map.add(part) }
      }
      return map
    }
  }
}
