import Foundation
import MQTT
import Publishing
import Synchronization

/// A house that a test changes, and a publisher of it.
final class TestHome: Sendable {
  private let state: Mutex<HomeState>
  private let commands = Mutex<[HomeCommand]>([])
  private let started = Mutex<MQTTPublisher?>(nil)

  init(_ state: HomeState) { self.state = Mutex(state) }

  /// A house with a camera called `front` that has a zone and two classes.
  static var small: HomeState {
    var camera = HomeCamera(name: "front", labels: ["person", "traffic light"])
    camera.zones = ["yard"]
    camera.state = "up"
    (camera.width, camera.height) = (640, 480)
    var server = HomeServer()
    server.version = "1.2.3"
    server.camerasUp = 1
    return HomeState(server: server, cameras: [camera])
  }

  /// Starts to publish it.
  func start(port: Int, spool: String, change: (inout PublishingSettings) -> Void = { _ in }) throws -> MQTTPublisher {
    let broker = MQTTOptions(address: MQTTAddress(host: "127.0.0.1", port: port), clientID: "house")
    var settings = PublishingSettings(broker: broker, spool: spool)
    change(&settings)
    let publisher = try MQTTPublisher(settings) {
      self.state.withLock { $0 }
    } obey: { command in
      self.commands.withLock { $0.append(command) }
      self.change { state in
        for index in state.cameras.indices where state.cameras[index].name == command.camera {
          state.cameras[index].switches[keyPath: command.toggle.path] = command.isOn
        }
      }
    }
    try publisher.start()
    started.withLock { $0 = publisher }
    return publisher
  }

  /// Changes the state.
  func change(_ change: (inout HomeState) -> Void) {
    state.withLock { change(&$0) }
    started.withLock { $0 }?.stateChanged()
  }

  /// What `work` gives, during which no publisher learns of the state: one that connects waits with all that it has.
  func standstill<Result>(_ work: () throws -> Result) rethrows -> Result {
    try state.withLock { _ in try work() }
  }

  /// What was asked for.
  var obeyed: [HomeCommand] { commands.withLock { $0 } }
}
