import JSON
import Outputs
import Spooling

/// State of a receiver outside of the service.
struct OutletState: Sendable {
  let name: String
  /// Whether it accepts events.
  let isConnected: Bool
  let spool: SpoolReport
  let delivered: Int
  /// Events that were dropped before they reached the disk, or finally refused.
  let lost: Int
  let lastFailure: String?

  /// The state on one line.
  var json: String {
    let object: JSONValue = [
      "name": .string(name), "state": .string(isConnected ? "connected" : "waiting"),
      "waiting": .integer(spool.waiting),
      "delivered": .integer(delivered), "lost": .integer(lost + spool.dropped + spool.expired),
      "last_failure": .optional(lastFailure),
    ]
    return object.text
  }
}
