import Pipeline
import Publishing
import Settings
import Synchronization
package import Web

extension ServiceRun {
  /// Changes a switch of a camera and saves it. A camera that is switched off is stopped and its stream closed.
  func obey(_ command: HomeCommand) async -> ReloadOutcome {
    let configured = state.withLock { $0.configuration.cameras }
    guard configured.contains(where: { $0.name == command.camera }) else {
      return .refused("there is no camera \(command.camera)")
    }
    if let failure = outlets.switches.obey(command) { log(LogLine(.error, failure)) }
    if command.toggle == .enabled {
      do throws(ServiceError) {
        _ = try await supervisor.watch(outlets.switches.apply(to: configured))
      } catch { return .refused(error.description) }
    }
    let sentence = "\(command.toggle.rawValue) is \(command.isOn ? "on" : "off")"
    log(LogLine(.info, camera: command.camera, sentence))
    return .done("\(command.camera): \(sentence)")
  }

  package func change(_ camera: String, _ values: [String: Bool]) async -> ReloadOutcome {
    var sentences: [String] = []
    for (name, isOn) in values.sorted(by: { $0.key < $1.key }) {
      guard let toggle = HomeToggle(rawValue: name) else {
        let names = HomeToggle.allCases.map(\.rawValue).joined(separator: ", ")
        return .refused("there is no switch \(name); expected \(names)")
      }
      let outcome = await withCheckedContinuation { answer in
        let command = HomeCommand(camera: camera, toggle: toggle, isOn: isOn)
        if case .terminated = orders.yield(.switched(command, answer)) {
          answer.resume(returning: .refused(Self.ending))
        }
      }
      guard case .done(let sentence) = outcome else { return outcome }
      sentences.append(sentence)
    }
    return .done(sentences.joined(separator: "; "))
  }

  package func switches(of camera: String) -> [String: Bool] {
    let isEnabled = supervisor.camera(camera)?.settings.isEnabled ?? false
    let switches = outlets.switches.switches(of: camera, isEnabled: isEnabled)
    return Dictionary(uniqueKeysWithValues: HomeToggle.allCases.map { ($0.rawValue, switches[keyPath: $0.path]) })
  }

  /// Publishes and calls webhooks as configured by `outputs` from now on; if that fails, it is logged and nothing is
  /// published.
  func changeOutlets(from before: OutputSettings, to outputs: OutputSettings) async {
    guard before.mqtt != outputs.mqtt || !(before.webhooks + outputs.webhooks).isEmpty else { return }
    await WorkThread.execute("outlets") { [outlets, log] in
      if before.mqtt != outputs.mqtt, before.state == outputs.state {
        do throws(ServiceError) { try outlets.changePublisher(to: outputs) } catch {
          log(LogLine(.error, "outputs.mqtt: \(error)"))
        }
      }
      do throws(ServiceError) { try outlets.changeWebhooks(to: outputs.webhooks) } catch {
        log(LogLine(.error, "outputs.webhooks: \(error)"))
      }
    }
  }

  /// Closes the outlets on their own thread, because it may take seconds.
  func stopOutlets() async {
    await WorkThread.execute("farewell") { [outlets] in outlets.stop() }
  }
}
