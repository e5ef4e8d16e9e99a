import Foundation
import Outputs
import Recording
import Scene

/// The folder in which a service keeps heat maps: `CAMERA/2026-11-30T10.json`, a file an hour in UTC, for 31 days.
struct HeatFolder: Hashable, Sendable {
  /// Days for which files stay.
  static let days = 31

  let path: String

  /// The folder among the saved state of cameras.
  init(_ memories: MemoryFolder) { path = memories.path + "/heat" }

  /// The saved map of an hour; `nil` if there is none, or one that cannot be read.
  func map(of camera: String, hour: Int64) -> HeatMap? {
    guard let data = try? Data(contentsOf: URL(filePath: place(camera, hour))) else { return nil }
    return try? JSONDecoder().decode(HeatMap.self, from: data)
  }

  /// Replaces the saved map of an hour.
  func write(_ map: HeatMap, of camera: String, hour: Int64) throws(OutputError) {
    try OutputFolder.make("\(path)/\(camera)")
    let encoder = JSONEncoder()
    encoder.outputFormatting = .sortedKeys
    let bytes: [UInt8]
    do { bytes = [UInt8](try encoder.encode(map)) } catch {
      throw OutputError(.writeFailed, "cannot write \(place(camera, hour)): \(error)")
    }
    try DurableFile.replace(place(camera, hour), with: bytes)
  }

  /// The hours in `range` that are saved.
  func hours(of camera: String, in range: ClosedRange<Int64>) -> [Int64] {
    files(of: camera).compactMap { Self.hour(inName: $0) }.filter(range.contains).sorted()
  }

  /// Removes files that are too old at `now`, in milliseconds since 1970; also of cameras that are gone.
  func prune(at now: Int64) {
    let first = HeatHours.number(now) - Int64(Self.days) * 24
    let manager = FileManager.default
    for camera in (try? manager.contentsOfDirectory(atPath: path)) ?? [] {
      let old = files(of: camera).filter { Self.hour(inName: $0).map { $0 < first } ?? false }
      for name in old { try? manager.removeItem(atPath: "\(path)/\(camera)/\(name)") }
      // A camera that is gone leaves an empty folder. One that cannot be read is not empty.
      if let left = try? manager.contentsOfDirectory(atPath: "\(path)/\(camera)"), left.isEmpty {
        try? manager.removeItem(atPath: "\(path)/\(camera)")
      }
    }
  }

  private func files(of camera: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: "\(path)/\(camera)")) ?? []
  }

  private func place(_ camera: String, _ hour: Int64) -> String {
    "\(path)/\(camera)/\(EventClock.text(hour * HeatHours.length).prefix(13)).json"
  }

  private static func hour(inName name: String) -> Int64? {
    guard name.hasSuffix(".json"), name.count == 18 else { return nil }
    return FootageTime.milliseconds(name.prefix(13) + ":00:00Z").map(HeatHours.number)
  }
}

/// Decides when old heat maps are removed: once an hour, by a clock that can be trusted. A value without a clock.
struct HeatPruning {
  private var trust = ClockTrust()
  /// The hour in which they were removed last.
  private var latest: Int64?

  /// Whether they are to be removed at `wall`, in milliseconds since 1970; `monotonic` is the same moment in nanoseconds of the
  /// monotonic clock.
  mutating func isDue(at wall: Int64, monotonic: UInt64) -> Bool {
    let hour = HeatHours.number(wall)
    guard trust.see(wall: Double(wall) / 1e3, monotonic: Double(monotonic) / 1e9), hour != latest else { return false }
    latest = hour
    return true
  }
}
