import Publishing
import Spooling
import Webhooks

extension ServiceMetrics {
  /// State of the broker and webhooks.
  func writeOutlets(_ text: inout MetricsText) {
    if let publishing {
      text.family("mqtt_up", .gauge, "Whether the broker takes messages.")
      text.sample("mqtt_up", publishing.isConnected ? 1 : 0)
      text.family("mqtt_connections_total", .counter, "Connections to the broker that were made.")
      text.sample("mqtt_connections_total", publishing.connections)
    }
    if !calling.isEmpty {
      text.family("webhook_failures_total", .counter, "Calls that failed and are repeated.")
      for (name, report) in calling { text.sample("webhook_failures_total", [("webhook", name)], report.failures) }
    }
    var rows: [(name: String, spool: SpoolReport, delivered: Int, refused: Int, dropped: Int)] = []
    if let report = publishing {
      rows.append(("mqtt", report.spool, report.delivered, report.refused, report.dropped))
    }
    rows += calling.map {
      ("webhook/\($0.name)", $0.report.spool, $0.report.delivered, $0.report.refused, $0.report.dropped)
    }
    guard !rows.isEmpty else { return }
    text.family("outlet_events_total", .counter, "Events by what became of them.")
    for row in rows {
      for (outcome, count) in [
        ("delivered", row.delivered), ("refused", row.refused), ("dropped", row.dropped + row.spool.dropped),
        ("expired", row.spool.expired),
      ] { text.sample("outlet_events_total", [("outlet", row.name), ("outcome", outcome)], count) }
    }
    text.family("outlet_waiting", .gauge, "Events that wait on the disk.")
    for row in rows { text.sample("outlet_waiting", [("outlet", row.name)], row.spool.waiting) }
    text.family("outlet_spool_bytes", .gauge, "What these take on the disk.")
    for row in rows { text.sample("outlet_spool_bytes", [("outlet", row.name)], row.spool.bytes) }
  }
}
