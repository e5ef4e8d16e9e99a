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
    var object = JSONObject()
    object.add("name", name)
    object.add("state", isConnected ? "connected" : "waiting")
    object.add("waiting", spool.waiting)
    object.add("delivered", delivered)
    object.add("lost", lost + spool.dropped + spool.expired)
    object.add("last_failure", lastFailure)
    return object.json
  }
}
