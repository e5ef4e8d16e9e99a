import Foundation
import Outputs
import Settings
import Webhooks

/// Calls the webhooks of a configuration once, to see whether their receivers take it.
package enum WebhookTrial {
  /// Calls the one called `name`, or all. Throws `ServiceError` for a configuration that cannot be used or has no such
  /// webhook.
  ///
  /// - Returns: for each its name and what is wrong; `nil` where the receiver took the call.
  package static func run(
    path: String, only name: String?, environment: [String: String]? = nil
  ) throws -> [(name: String, failure: String?)] {
    let configuration = try ServiceConfiguration(path: path, environment: environment)
    let hooks = configuration.outputs.webhooks.filter { name == nil || $0.name == name }
    guard !hooks.isEmpty else {
      let names = configuration.outputs.webhooks.map(\.name)
      let known = names.isEmpty ? "outputs.webhooks" : "one of \(names.joined(separator: ", "))"
      throw ServiceError(
        .configuration, "\(path): there is no webhook\(name.map { " called \($0)" } ?? ""); expected \(known)")
    }
    return try hooks.map { hook in
      let settings = try WebhookSettings(hook)
      let key = SortableIdentifier.now.description
      let now = EventClock.wallMilliseconds
      let json =
        "{\"v\":2,\"id\":\"\(key)\",\"type\":\"test\",\"camera\":\"test\",\"ts\":\"\(EventClock.text(now))\"}"
      let event = WebhookEvent(
        key: key, camera: "test", type: "test", label: nil, object: key, milliseconds: now, json: json)
      do throws(WebhookError) {
        try Webhook.test(settings, with: event)
        return (hook.name, nil)
      } catch { return (hook.name, error.description) }
    }
  }
}
