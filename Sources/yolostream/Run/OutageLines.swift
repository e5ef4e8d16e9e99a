import Capture
import Foundation
import Outputs
import Scene

/// Prints one line on standard error when a live source or a receiver goes down, and one when it is back.
struct OutageLines: Sendable {
  let address: String
  /// Clears a progress line on a terminal first.
  private let begin = StandardError.isTerminal ? "\r\u{1B}[K" : ""
  /// Failed attempts in a row before it is given up; `nil` for no limit.
  let retries: Int?

  init(address: String, retries: Int?) {
    self.address = address
    self.retries = retries
  }

  func report(_ change: SourceWatch.Change) {
    switch change.state {
    // The last failure is reported when the program exits.
    case .connecting, .down(_, _, .infinity): return
    case .down(let cause, let message, let delay):
      let isGone = cause == .missing && address.hasPrefix("/dev/")
      let advice = isGone ? " ('yolostream devices' lists the cameras)" : ""
      let patience = retries.map { "up to \($0.counted("time"))" } ?? "until it answers; Ctrl-C ends this"
      say("\(message)\(advice); trying again in \(delay.text(1)) s, \(patience)", .yellow)
    case .up(let facts):
      guard let outage = change.outage else { return }
      say("\(address) is back after \(outage.text(1)) s, \(facts.width)x\(facts.height)", .green)
    }
  }

  private func say(_ text: String, _ mark: TextColour) {
    print(begin, terminator: "", to: &StandardError.shared)
    StandardError.say(text, mark: mark)
  }

  /// The same for the receiver at `address`.
  static func observer(of address: String, retries: Int?) -> @Sendable (SourceState) -> Void {
    let lines = OutageLines(address: address, retries: retries)
    let watch = SourceWatch()
    watch.listen { change in
      // The run continues without it.
      if case .down(_, let message, .infinity) = change.state {
        lines.say("\(message); given up, the rest goes on", .red)
      }
      lines.report(change)
    }
    return { watch.see($0) }
  }
}
