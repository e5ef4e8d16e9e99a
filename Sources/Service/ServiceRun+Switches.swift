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
    // All or none.
    if let name = values.keys.sorted().first(where: { HomeToggle(rawValue: $0) == nil }) {
      let names = HomeToggle.allCases.map(\.rawValue).joined(separator: ", ")
      return .refused("there is no switch \(name); expected \(names)")
    }
    for (name, isOn) in values.sorted(by: { $0.key < $1.key }) {
      guard let toggle = HomeToggle(rawValue: name) else { continue }
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

  /// Publishes and calls webhooks as configured by `outputs` from now on. What fails is logged and returned, a sentence each.
  func changeOutlets(from before: OutputSettings, to outputs: OutputSettings) async -> [String] {
    let hasBroker = before.mqtt.address != nil || outputs.mqtt.address != nil
    guard hasBroker || !(before.webhooks + outputs.webhooks).isEmpty else { return [] }
    let problems = await WorkThread.execute("outlets") { [outlets] in
      var problems: [String] = []
      do throws(ServiceError) { try outlets.changePublisher(to: outputs) } catch {
        problems.append("outputs.mqtt: \(error)")
      }
      do throws(ServiceError) { try outlets.changeWebhooks(to: outputs.webhooks) } catch {
        problems.append("outputs.webhooks: \(error)")
      }
      return problems
    }
    for problem in problems { log(LogLine(.error, problem)) }
    return problems
  }

  /// Closes the outlets on their own thread, because it may take seconds.
  func stopOutlets() async {
    await WorkThread.execute("farewell") { [outlets] in outlets.stop() }
  }
}
