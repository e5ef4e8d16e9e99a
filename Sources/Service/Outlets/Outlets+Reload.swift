import LiveView
import Outputs
import Publishing
import Settings
import Synchronization
import Webhooks

extension Outlets {
  /// Publishes as `settings` say from now on, if that is not so already. Events that come meanwhile wait. Blocks for some seconds,
  /// until the broker of before has had what it could get. Throws `configuration` for a file that cannot be read, and all goes
  /// on as before; other errors as `start` does, and nothing is published.
  func changePublisher(to settings: OutputSettings) throws(ServiceError) {
    // With secrets of files, which may be others in a configuration that is the same.
    guard try publishing(by: settings) != publisher.withLock({ $0?.settings }) else { return }
    let next = try makePublisher(settings)
    let before = publisher.withLock { publisher in
      defer { publisher = next }
      return publisher
    }
    // One spool has one owner.
    before?.stop()
    do { try next?.start() } catch {
      publisher.withLock { $0 = nil }
      throw Self.failure(error)
    }
  }

  /// Webhooks for `hooks` that have not started.
  static func makeWebhooks(_ hooks: [HookSettings], folder: String) throws(ServiceError) -> [Webhook] {
    var webhooks: [Webhook] = []
    for hook in hooks {
      webhooks.append(
        Webhook(try WebhookSettings(hook), spool: "\(folder)/webhooks/\(hook.name)", draw: EventImage.drawn))
    }
    return webhooks
  }

  /// Calls the webhooks of `hooks` from now on. One that stays as it is goes on, with what it remembers; one that is changed
  /// makes the calls that wait at its new address. Events that come meanwhile wait. Blocks until the calls that are under
  /// way have ended. Throws as `start` does; a webhook that cannot be started is left out.
  func changeWebhooks(to hooks: [HookSettings]) throws(ServiceError) {
    let wanted = try Self.makeWebhooks(hooks, folder: folder)
    let (leaving, coming) = webhooks.withLock { webhooks in
      let before = webhooks
      webhooks = wanted.map { new in before.first { $0.settings == new.settings } ?? new }
      let after = webhooks
      return (
        before.filter { old in !after.contains { $0 === old } }, after.filter { new in !before.contains { $0 === new } }
      )
    }
    // One spool has one owner.
    for webhook in leaving { webhook.stop() }
    var failure: ServiceError?
    for webhook in coming {
      do { try webhook.start() } catch {
        webhooks.withLock { $0.removeAll { $0 === webhook } }
        failure = Self.failure(error)
      }
    }
    if let failure { throw failure }
  }
}
