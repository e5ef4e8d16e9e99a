import Publishing
import Synchronization

/// Frames per second of cameras, measured between two calls.
final class CameraRates: Sendable {
  private struct Count {
    var decoded, inferred, looked: Int
  }

  private struct State {
    var moment = 0.0
    var counts: [String: Count] = [:]
    var rates: [String: FrigateServer.Rates] = [:]
  }

  /// Minimum seconds between two measurements; earlier calls get the last result.
  private static let interval = 2.0

  private let state = Mutex(State())

  /// The rates of the cameras in `reports` at `moment`, in seconds of any monotonic clock.
  func measure(_ reports: [CameraReport], at moment: Double) -> [FrigateServer.Rates] {
    state.withLock { state in
      let seconds = moment - state.moment
      if seconds >= Self.interval {
        for report in reports {
          let now = Count(
            decoded: report.decoded, inferred: report.inferred, looked: report.inferred + report.still)
          let before = state.counts.updateValue(now, forKey: report.name) ?? Count(decoded: 0, inferred: 0, looked: 0)
          func rate(_ count: KeyPath<Count, Int>) -> Double {
            max(0, Double(now[keyPath: count] - before[keyPath: count]) / seconds)
          }
          state.rates[report.name] = FrigateServer.Rates(
            camera: rate(\.decoded), process: rate(\.looked), detection: rate(\.inferred))
        }
        state.moment = moment
      }
      return reports.map { state.rates[$0.name] ?? FrigateServer.Rates() }
    }
  }
}
