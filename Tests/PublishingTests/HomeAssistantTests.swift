import Foundation
import MQTT
import Publishing
import TestSupport
import Testing

/// A real Home Assistant, which `homeassistant.py` of the shared material installs and starts.
private final class HomeAssistant {
  /// Folder that `homeassistant.py setup` made.
  static let folder: String? = ProcessInfo.processInfo.environment["YOLOSTREAM_HOMEASSISTANT"].flatMap {
    FileManager.default.isExecutableFile(atPath: $0 + "/venv/bin/hass") ? $0 : nil
  }

  private let place: ScratchFolder
  private let port: Int
  private var process: pid_t = 0

  init(broker port: Int) throws {
    self.port = port
    place = try ScratchFolder()
    try FileManager.default.createSymbolicLink(
      atPath: place.path + "/venv", withDestinationPath: (Self.folder ?? "") + "/venv")
    try start()
  }

  deinit { kill() }

  func start() throws {
    process = pid_t(try run("start", "--broker", "\(port)").trimmingCharacters(in: .whitespacesAndNewlines)) ?? 0
  }

  /// Whether there is one on this machine.
  static var isPresent: Bool { folder != nil && SharedMaterial.isPresent }

  func kill() {
    guard process > 0 else { return }
    Glibc.kill(process, SIGTERM)
    // One that has ended has no command line any more, even if nobody has asked for its status.
    waiting(within: .seconds(30)) {
      (FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()).isEmpty
    }
    Glibc.kill(process, SIGKILL)
    process = 0
  }

  /// States by entity.
  func states() -> [String: String] {
    let lines = ((try? run("states")) ?? "").split(separator: "\n")
    let pairs = lines.compactMap { line -> (String, String)? in
      guard let object = (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any],
        let entity = object["entity_id"] as? String, let state = object["state"] as? String
      else { return nil }
      return (entity, state)
    }
    return Dictionary(pairs) { $1 }
  }

  /// Waits until the entities have these states; what they have then.
  func wait(for wanted: [String: String], seconds: Double = 60) -> [String: String?] {
    var found: [String: String?] = [:]
    waiting(within: .seconds(seconds), every: .milliseconds(200)) {
      let states = states()
      found = wanted.reduce(into: [:]) { $0[$1.key] = .some(states[$1.key]) }
      return found == wanted.mapValues { .some($0) }
    }
    return found
  }

  /// Calls a service for an entity.
  func call(_ service: String, _ entity: String) throws {
    let code = """
      import sys; sys.path.insert(0, '\(SharedMaterial.file("peers").path)'); import homeassistant as h
      h.call('POST', '/api/services/\(service)', {'entity_id': '\(entity)'}, h.access('\(place.path)'))
      """
    _ = try python(["-c", code])
  }

  private func run(_ verb: String, _ more: String...) throws -> String {
    try python([SharedMaterial.file("peers/homeassistant.py").path, verb, place.path] + more)
  }

  private func python(_ arguments: [String]) throws -> String {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(filePath: "/usr/bin/python3")
    process.arguments = arguments
    process.standardOutput = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }
}

@Suite(.serialized) struct HomeAssistantTests {
  static let absence: Comment =
    "skipped: needs ../shared/peers/homeassistant.py and YOLOSTREAM_HOMEASSISTANT, the folder of its setup"

  @Test(.enabled(if: HomeAssistant.isPresent && Broker.program != nil, absence))
  func `Home Assistant shows every device with right states, whatever is restarted`() throws {
    let broker = try Broker()
    try broker.start()
    let folder = try ScratchFolder()
    let house = TestHome(TestHome.small)
    var publisher = try house.start(port: broker.port, spool: folder.path + "/spool")
    let home = try HomeAssistant(broker: broker.port)
    func expect(_ what: String, _ wanted: [String: String], seconds: Double = 60) {
      let start = ContinuousClock.now
      let found = home.wait(for: wanted, seconds: seconds)
      print("\(what): \(ContinuousClock.now - start)")
      for (entity, state) in wanted.sorted(by: { $0.key < $1.key }) {
        print("  \(entity) = \(found[entity].flatMap(\.self) ?? "missing")")
        #expect(found[entity].flatMap(\.self) == state, "\(what): \(entity)")
      }
    }
    expect(
      "before the first object",
      [
        "binary_sensor.front_connection": "on", "binary_sensor.front_person": "off",
        "binary_sensor.front_objects": "off", "binary_sensor.front_yard_person": "off",
        "sensor.front_person_count": "0", "sensor.front_yard_person_count": "0",
        "sensor.front_traffic_light_count": "0", "switch.front_enabled": "on", "switch.front_detection": "on",
        "switch.front_recording": "on", "switch.front_alerts": "on", "event.front_event": "unknown",
        "binary_sensor.yolostream_online": "on", "sensor.yolostream_cameras_up": "1",
        "sensor.yolostream_version": "1.2.3",
      ])
    house.change {
      $0.cameras[0].counts = [
        HomeCount(label: "person", all: 2, active: 1), HomeCount(zone: "yard", label: "person", all: 1, active: 1),
      ]
    }
    let present = [
      "binary_sensor.front_person": "on", "sensor.front_person_count": "2", "sensor.front_person_active_count": "1",
      "binary_sensor.front_yard_person": "on", "sensor.front_yard_person_count": "1",
      "sensor.front_traffic_light_count": "0",
    ]
    expect("with persons in the frame", present, seconds: 5)
    home.kill()
    try home.start()
    expect("after its own restart", present, seconds: 5)
    broker.kill()
    try broker.start()
    expect("after the broker's restart", present)
    try home.call("switch/turn_off", "switch.front_detection")
    expect("detection switched off", ["switch.front_detection": "off", "switch.front_recording": "on"], seconds: 5)
    #expect(house.obeyed.last == HomeCommand(camera: "front", toggle: .detect, isOn: false))
    let json = "{\"type\":\"line\",\"camera\":\"front\",\"line\":\"gate\",\"label\":\"person\"}"
    publisher.publish(
      PublishedEvent(key: "01J", camera: "front", json: json), at: Int64(Date.now.timeIntervalSince1970 * 1000))
    #expect(waiting { home.states()["event.front_event"].map { $0.hasPrefix("20") } ?? false })
    house.change { $0.cameras[0].state = "down" }
    expect(
      "while the camera is offline",
      ["binary_sensor.front_connection": "off", "sensor.front_person_count": "unavailable"], seconds: 5)
    house.change { $0.cameras[0].state = "up" }
    // The broker does not notice a process that was killed; another connection with its client identifier ends the first one.
    publisher.stop()
    expect(
      "after a stop",
      [
        "binary_sensor.front_person": "unavailable", "switch.front_enabled": "unavailable",
        "binary_sensor.yolostream_online": "off",
      ], seconds: 5)
    publisher = try house.start(port: broker.port, spool: folder.path + "/spool")
    expect("after our restart", present.merging(["switch.front_detection": "off"]) { $1 }, seconds: 10)
    house.change { $0.cameras[0].zones = [] }
    #expect(waiting { home.states()["sensor.front_yard_person_count"] == nil })
    #expect(home.states()["sensor.front_person_count"] == "2")
    house.change { $0.cameras = [] }
    #expect(waiting { !home.states().keys.contains { $0.contains("front") } })
    print("after the camera was removed: \(home.states().keys.filter { $0.contains("front") })")
    publisher.stop()
  }
}
