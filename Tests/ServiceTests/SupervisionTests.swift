import Capture
import Foundation
import Imaging
import Outputs
import Publishing
import Scene
import Settings
import TestSupport
import Testing

@testable import Service
@testable import Streaming

@Suite(.serialized, .ownThread) struct SupervisionTests {
  /// Reads the event stream until `count` frames of `camera` were analysed; returns the last message.
  private func watch(_ service: RunningService, _ camera: String, count: Int = 1) throws -> String {
    let wire = try service.connect()
    try wire.request("/api/v1/events/stream")
    var seen = 0
    while let text = try wire.wait(for: "\n\n") {
      guard text.contains("event: detections"), text.contains("\"camera\":\"\(camera)\"") else { continue }
      seen += 1
      if seen == count { return text }
    }
    return ""
  }

  private func report(_ service: RunningService, _ camera: String) throws -> [String: Any] {
    let body = Data(try service.get("/api/v1/cameras/\(camera)").body)
    return try #require(try JSONSerialization.jsonObject(with: body) as? [String: Any])
  }

  @Test func `cameras have fates of their own: one is dead, one is a broken file, and the others go on`() async throws {
    let service = try await RunningService(
      cameras: """
          dead: {url: "rtsp://127.0.0.1:1/none"}
          broken: {url: /etc/passwd}
          off: {url: "test:64x64@25", enabled: false}
          one: {url: "test:160x120@25"}
          two: {url: "test:200x100@25"}
        """)
    for camera in ["one", "two"] { #expect(try watch(service, camera, count: 5).contains("\"detections\":[")) }
    for camera in ["dead", "broken"] {
      let hasFailed = try waiting { try report(service, camera)["last_failure"] as? String != nil }
      #expect(hasFailed, "\(camera) has reported no failure")
      #expect(["down", "connecting"].contains(try #require(try report(service, camera)["state"] as? String)))
    }
    #expect(try report(service, "off")["state"] as? String == "disabled")
    #expect(try report(service, "one")["failures"] as? Int == 0)
    let clock = ContinuousClock.now
    try await service.stop()
    #expect(ContinuousClock.now - clock < .seconds(20))
  }

  @Test func `a new configuration leaves alone what stays the same, and a bad one changes nothing`() async throws {
    let service = try await RunningService(
      cameras:
        "  stays: {url: \"test:160x120@25\"}\n  goes: {url: \"test:160x120@25\"}\n  changes: {url: \"test:160x120@25\"}"
    )
    for camera in ["stays", "goes", "changes"] { _ = try watch(service, camera, count: 3) }
    let before = service.run.supervisor.cameras.map(ObjectIdentifier.init)
    try (RunningService.text(cameras: "  stays: {uri: x}", folder: service.folder)).write(
      to: service.configuration, atomically: true, encoding: .utf8)
    let refusal = try service.get("/api/v1/reload", method: "POST")
    #expect(refusal.status == 422)
    #expect(String(decoding: refusal.body, as: UTF8.self).contains("cameras.stays has no key uri; did you mean url?"))
    #expect(service.run.supervisor.cameras.map(ObjectIdentifier.init) == before)

    try RunningService.text(
      cameras:
        "  stays: {url: \"test:160x120@25\"}\n  changes: {url: \"test:160x120@25\", detect: {conf: 60%}}\n  comes: {url: \"test:96x96@25\"}",
      folder: service.folder
    ).write(to: service.configuration, atomically: true, encoding: .utf8)
    let page = try service.connect()
    try page.request("/api/v1/events/stream")
    #expect(try page.wait(for: "event: cameras\ndata: [\"stays\",\"goes\",\"changes\"]\n") != nil)
    let answer = try service.get("/api/v1/reload", method: "POST")
    #expect(String(decoding: answer.body, as: UTF8.self).contains("1 camera unchanged, 2 started, 2 stopped"))
    #expect(try page.wait(for: "event: cameras\ndata: [\"stays\",\"changes\",\"comes\"]\n") != nil)
    _ = try watch(service, "comes")
    let after = service.run.supervisor.cameras
    #expect(after.map(\.settings.name) == ["stays", "changes", "comes"])
    #expect(ObjectIdentifier(after[0]) == before[0] && !before.contains(ObjectIdentifier(after[1])))
    #expect(try service.get("/api/v1/cameras/goes").status == 404)
    #expect(service.sentences.contains { $0.hasPrefix("the configuration was not changed: ") })
    try await service.stop()
  }

  @Test func `a configuration that is refused leaves the hours of alerts as they were`() async throws {
    func camera(_ more: String) -> String { "  yard: {url: \"test:160x120@25\", \(more)}" }
    let service = try await RunningService(cameras: camera("alerts: {hours: \"22:00-06:00\"}"))
    let before = service.run.outlets.hours.withLock { $0 }
    try RunningService.text(
      cameras: camera("alerts: {hours: \"01:00-02:00\"}, detect: {classes: [persn]}"), folder: service.folder
    ).write(to: service.configuration, atomically: true, encoding: .utf8)
    #expect(try service.get("/api/v1/reload", method: "POST").status == 422)
    #expect(before.count == 1 && service.run.outlets.hours.withLock { $0 } == before)
    try await service.stop()
  }

  @Test func `of many commands of a broker the newest counts, and no more than one waits`() async throws {
    let service = try await RunningService(cameras: "  yard: {url: \"test:160x120@25\"}")
    for number in 0..<20_000 {
      service.run.ask(HomeCommand(camera: "yard", toggle: .detect, isOn: number % 2 == 0))
      service.run.ask(HomeCommand(camera: "none\(number)", toggle: .detect, isOn: false))
    }
    service.run.ask(HomeCommand(camera: "yard", toggle: .alerts, isOn: false))
    #expect(waiting { service.run.switches(of: "yard")["alerts"] == false })
    #expect(service.run.switches(of: "yard")["detect"] == false)
    let count = service.sentences.count { $0.contains("detect is") }
    #expect((1..<10_000).contains(count), "\(count)")
    try await service.stop()
  }

  @Test func `a class that the model has not is a mistake of the configuration`() async throws {
    await #expect {
      _ = try await RunningService(cameras: "  a: {url: \"test:64x64@25\", detect: {classes: [persn]}}")
    } throws: { error in
      "\(error)" == "cameras.a.detect.classes: the model has no class persn; did you mean person?"
        && (error as? ServiceError)?.code == .configuration
    }
  }

  @Test func `a camera that is analysed rarely keeps its tracks`() throws {
    var settings = CameraSettings(named: "yard", defaults: CameraDefaults())
    for (rate, buffer) in [(5, 2), (0.5, 6), (0.01, 300)] as [(Double, Double)] {
      settings.detect.rate = rate
      let plan = try DetectionPlan(settings, classes: ClassCatalogue(names: ["person"]))
      #expect(plan.scene.tracker?.buffer == buffer, "\(rate)")
    }
  }

  @Test func `a rule of the registry is in the plan of its camera`() throws {
    var settings = CameraSettings(named: "yard", defaults: CameraDefaults())
    settings.rules.values = ["crowd": 3]
    let plan = try DetectionPlan(settings, classes: ClassCatalogue(names: ["person"]))
    #expect(plan.scene.rules.added == ["crowd": 3])
  }

  @Test func `what is parked is one object with one start, also after a restart of the service`() async throws {
    // Always the same frame: whatever is seen in it does not move.
    let cameras = "  yard: {url: \"test:160x120@25:1\"}"
    func identifiers(_ service: RunningService, _ type: String) throws -> [String] {
      try String(contentsOf: service.events, encoding: .utf8).split(separator: "\n").filter {
        $0.contains("\"type\":\"\(type)\"")
      }.compactMap { $0.firstMatch(of: /"id":"([^"]+)"/).map { String($0.1) } }
    }
    let first = try await RunningService(cameras: cameras)
    _ = try watch(first, "yard", count: 15)
    try await first.stop()
    let starts = try identifiers(first, "start")
    #expect(!starts.isEmpty && Set(starts).count == starts.count)
    #expect(try identifiers(first, "end").isEmpty, "the program ends, what is parked does not")
    let second = try await RunningService(cameras: cameras, after: first)
    _ = try watch(second, "yard", count: 15)
    try await second.stop()
    #expect(try identifiers(second, "start") == starts)
    let memory = try String(contentsOf: second.folder.appending(path: "events.state/yard.json"), encoding: .utf8)
    #expect(starts.allSatisfy(memory.contains))
  }

  @Test func `an address that cannot be listened on is reported, and everything ends`() async throws {
    let service = try await RunningService(cameras: "  a: {url: \"test:64x64@25\"}")
    let text = RunningService.text(cameras: "  a: {url: \"test:64x64@25\"}", folder: service.folder)
      .replacingOccurrences(of: "127.0.0.1:0", with: "127.0.0.1:\(service.port)")
    try text.write(to: service.configuration, atomically: true, encoding: .utf8)
    let second = try ServiceRun(path: service.configuration.path, findModel: { $0 ?? "" }) { _ in }
    await #expect { try await second.run() } throws: { ($0 as? ServiceError)?.code == .cannotListen }
    try await service.stop()
  }

  @Test func `a still scene keeps its detections without the network, which still runs now and then`() async throws {
    // One frame repeated is as still as a scene can be.
    let service = try await RunningService(
      cameras: "  still: {url: \"test:160x120@25:1\", detect: {motion: {gate: true, refresh: 1h}}}\n"
        + "  moving: {url: \"test:160x120@25\", detect: {motion: {gate: true}}}")
    #expect(try watch(service, "still", count: 8).contains("\"still\":true"))
    #expect(try report(service, "still")["inferred"] as? Int == 1)
    _ = try watch(service, "moving", count: 5)
    #expect(try #require(try report(service, "moving")["still"] as? Int) <= 2)
    try await service.stop()
    var gate = MotionGate(try #require(DetectSettings.Motion().gate(masks: [])))
    let pool = try PixelPool(layout: .init(width: 64, height: 64, format: .gray8), capacity: 1)
    guard let pixels = pool.take() else { throw POSIXError(.ENOMEM) }
    let grid = LumaGrid(pixels)
    let times = [0.0, 5, 10, 11]
    let answers = times.map { gate.isStill(grid, at: $0) }
    #expect(answers == [false, true, false, true])
    gate.forget()
    let isStill = gate.isStill(grid, at: 12)
    #expect(!isStill)
  }

  @Test func `masked areas are black in every image that is sent`() async throws {
    let service = try await RunningService(
      cameras: "  open: {url: \"test:320x240@25\"}\n"
        + "  masked: {url: \"test:320x240@25\", privacy_masks: [[[0, 0], [1, 0], [1, 1], [0, 1]]]}")
    for camera in ["open", "masked"] { _ = try watch(service, camera, count: 2) }
    let path = service.folder.appending(path: "latest.jpg")
    var brightest: [UInt8] = []
    for camera in ["open", "masked"] {
      try Data(try service.get("/api/v1/cameras/\(camera)/latest.jpg").body).write(to: path)
      if case .frame(let frame) = try SourceAddress(.image(path: path.path)).open().next() {
        brightest.append(try #require(LumaGrid(frame.pixels).levels.max()))
      }
    }
    try #require(brightest.count == 2, "both cameras give a JPEG")
    #expect(brightest[0] > 100 && brightest[1] < 20, "\(brightest)")
    try await service.stop()
  }

  @Test func `a camera with masks gives its packets to nobody, one without gives them as HLS`() async throws {
    let video = try TestClip.walk.file.path
    let service = try await RunningService(
      cameras: "  open: {url: \"\(video)\"}\n"
        + "  masked: {url: \"\(video)\", privacy_masks: [[[0, 0], [0.1, 0], [0.1, 0.1]]]}")
    for camera in ["open", "masked"] { _ = try watch(service, camera) }
    #expect(try report(service, "open")["hls"] as? Bool == true)
    #expect(try report(service, "masked")["hls"] as? Bool == false)
    #expect(try service.get("/live/masked/index.m3u8").status == 404)
    for name in ["0.mp4", "0.m4s"] { #expect(try service.get("/live/masked/\(name)").status == 404) }
    let playlist = try service.get("/live/open/index.m3u8")
    #expect(playlist.status == 200 && playlist.head.contains("application/vnd.apple.mpegurl"), "\(playlist.head)")
    for name in ["0.mp4", "0.m4s"] { #expect(try service.get("/live/open/\(name)").body.count > 500) }
    // Low latency: what the playlist announces can be asked for before it is there, and so can the playlist that has it.
    let text = String(decoding: playlist.body, as: UTF8.self)
    let hint = try #require(text.firstMatch(of: /PRELOAD-HINT:TYPE=PART,URI="((\d+)\.(\d+)\.m4s)"/))
    #expect(!text.contains("#EXT-X-PART:DURATION=0.5,URI=\"\(hint.1)\""))
    let part = try service.get("/live/open/\(hint.1)")
    #expect(part.status == 200 && part.body.dropFirst(4).starts(with: Array("moof".utf8)))
    let later = try service.get("/live/open/index.m3u8?_HLS_msn=\((Int(hint.2) ?? 0) + 1)&_HLS_part=0")
    let latest = String(decoding: later.body, as: UTF8.self)
    #expect(
      latest.contains("\n\(hint.2).m4s\n") && latest.contains(",URI=\"\((Int(hint.2) ?? 0) + 1).0.m4s\",INDEPENDENT"))
    try await service.stop()
  }

  @Test func `events of all cameras are in the log, each line whole, and at the end all that is active ends`()
    async throws
  {
    let service = try await RunningService(cameras: "  a: {url: \"test:160x120@25\"}\n  b: {url: \"test:160x120@25\"}")
    for camera in ["a", "b"] { _ = try watch(service, camera, count: 20) }
    try await service.stop()
    let lines = try String(contentsOf: service.events, encoding: .utf8).split(separator: "\n")
    var open: Set<String> = []
    var isStationary: [String: Bool] = [:]
    var cameras: Set<String> = []
    for line in lines {
      let event = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let camera = try #require(event["camera"] as? String)
      cameras.insert(camera)
      guard let id = event["id"] as? String, let type = event["type"] as? String else { continue }
      isStationary[id] = event["stationary"] as? Bool
      if type == "start" { #expect(open.insert(id).inserted) }
      if type == "end" { #expect(open.remove(id) != nil) }
    }
    #expect(!lines.isEmpty && cameras == ["a", "b"])
    #expect(open.allSatisfy { isStationary[$0] == true }, "what is parked goes on after the restart")
  }
}
