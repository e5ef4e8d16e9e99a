import Capture
import Foundation

/// Tells on standard error when a live source, or a receiver, goes down and when it is back: a line each.
struct OutageLines: Sendable {
  let address: String
  /// A line of progress on a terminal has to make room.
  private let begin = isatty(STDERR_FILENO) == 1 ? "\r\u{1B}[K" : ""

  func tell(_ change: SourceWatch.Change) {
    switch change.state {
    // The last failure is told as the end of the program.
    case .connecting, .down(_, _, .infinity): return
    case .down(_, let message, let delay):
      print("\(begin)yolostream: \(message); trying again in \(delay.text(1)) s", to: &StandardError.shared)
    case .up(let facts):
      guard let outage = change.outage else { return }
      print(
        "\(begin)yolostream: \(address) is back after \(outage.text(1)) s, \(facts.width)x\(facts.height)",
        to: &StandardError.shared)
    }
  }

  /// Tells it of the receiver at `address`.
  static func observer(of address: String) -> @Sendable (SourceState) -> Void {
    let lines = OutageLines(address: address)
    let watch = SourceWatch()
    watch.listen { change in
      // The run goes on without it.
      if case .down(_, let message, .infinity) = change.state {
        print("\(lines.begin)yolostream: \(message); given up, the rest goes on", to: &StandardError.shared)
      }
      lines.tell(change)
    }
    return { watch.see($0) }
  }
}
