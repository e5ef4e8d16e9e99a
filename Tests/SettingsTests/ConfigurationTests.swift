import Capture
import Foundation
import Testing

@testable import Settings

@Suite struct ConfigurationTests {
  private static let model = "version: 1\nmodel: {path: m.pt}\n"

  private func read(_ yaml: String, _ environment: [String: String] = [:]) throws(ConfigurationError)
    -> ServiceConfiguration
  {
    try ServiceConfiguration(yaml: yaml, path: "c.yml", environment: environment)
  }

  private func complaint(_ yaml: String, _ environment: [String: String] = [:]) -> String {
    do throws(ConfigurationError) { return "read: \(try read(yaml, environment))" } catch { return error.description }
  }

  @Test func `outputs and rules of the registries are keys, with targets for each camera`() throws {
    let configuration = try read(
      Self.model + """
        cameras:
          front: {url: rtsp://h/a, rules: {crowd: 3}}
          back: {url: rtsp://h/b}
        outputs: {csv: "/t/{camera}.csv", mot: "{camera}.txt"}
        """)
    #expect(configuration.cameras[0].sinkRequests.map(\.target) == ["front.txt", "/t/front.csv"])
    #expect(configuration.cameras[1].sinkRequests.map(\.kind.name) == ["mot", "csv"])
    #expect(configuration.cameras.map(\.rules.values) == [["crowd": 3], [:]])
    #expect(complaint(Self.model + "cameras: {}\noutputs: {webvtt: a.vtt}").contains("webvtt"))
    #expect(
      complaint(Self.model + "cameras:\n  a: {url: rtsp://h/a}\n  b: {url: rtsp://h/b}\noutputs: {csv: a.csv}")
        .contains("would be written by several cameras: expected {camera} in it"))
    #expect(complaint(Self.model + "cameras:\n  a: {url: rtsp://h/a, rules: {crowd: 0}}").contains("crowd"))
  }

  @Test func `hours of alerts go past midnight`() throws {
    let cameras = try read(
      Self.model
        + "defaults: {alerts: {hours: \"22:00-06:00\"}}\ncameras:\n  a: {url: rtsp://h/a}\n  b: {url: rtsp://h/b, alerts: {hours: \"08:00-17:30\"}}"
    ).cameras
    func isOn(_ camera: Int, _ hour: Int, _ minute: Int) throws -> Bool {
      let moment = try #require(Calendar.current.date(bySettingHour: hour, minute: minute, second: 0, of: .now))
      return try #require(cameras[camera].alerts.hours).contains(Int64(moment.timeIntervalSince1970 * 1000))
    }
    for (hour, minute, night, day) in [
      (5, 59, true, false), (6, 0, false, false), (8, 0, false, true), (17, 29, false, true), (17, 30, false, false),
      (21, 59, false, false), (22, 0, true, false), (0, 0, true, false),
    ] { #expect(try isOn(0, hour, minute) == night && isOn(1, hour, minute) == day, "\(hour):\(minute)") }
    #expect(
      complaint(Self.model + "cameras: {a: {url: rtsp://h/a, alerts: {hours: night}}}").contains(
        "hours such as 22:00-06:00"))
    #expect(complaint(Self.model + "cameras: {}\nhttp: {write_token_file: t}").contains("expected a token_file, too"))
  }

  @Test func `cameras take what they do not say from the defaults`() throws {
    let configuration = try read(
      Self.model + """
        defaults:
          detect: {fps: 2, conf: 40%, motion: {gate: false}}
          track: {buffer: 1m30s}
        cameras:
          front: {url: "rtsp://u:${PW}@192.0.2.5/a"}
          back:
            url: rtsp://192.0.2.6/${PATH_B:-b}
            transport: udp
            detect: {fps: 10, classes: [person, 2], motion: {threshold: 20}}
            privacy_masks: [[[0, 0], [0.5, 0], [0.5, 1]]]
        """, ["PW": "s3cret"])
    let (front, back) = (configuration.cameras[0], configuration.cameras[1])
    #expect(front.name == "front" && front.detect.rate == 2 && front.detect.confidence == 0.4)
    #expect(!front.detect.motion.isGate && front.track.buffer == 90)
    #expect(front.address?.kind == .network(url: "rtsp://u:s3cret@192.0.2.5/a"))
    #expect(back.detect.rate == 10 && back.detect.confidence == 0.4 && back.detect.classes == ["person", "2"])
    #expect(!back.detect.motion.isGate && back.detect.motion.threshold == 20 && back.transport == .udp)
    #expect(back.address?.kind == .network(url: "rtsp://192.0.2.6/b"))
    #expect(back.privacyMasks.first?.corners.count == 3)
  }

  @Test(
    arguments: [
      ("version: 1\nmodel: {path: m}\ncamras: {}\n", "c.yml:3: the top level has no key camras; did you mean cameras?"),
      (model + "cameras:\n  a:\n    uri: x", "c.yml:5: cameras.a has no key uri; did you mean url?"),
      (
        model + "cameras:\n  a: {url: \"rtsp://h/\"}\ndefaults:\n  detect:\n    zoom: 3",
        "c.yml:7: defaults.detect has no key zoom; expected one of fps, conf, class_conf, iou, classes, max_age, motion"
      ),
      (
        model + "defaults: {detect: {conf: 140%}}\ncameras: {}",
        "c.yml:3: defaults.detect.conf: expected a share from 0 to 1, or a percentage such as 25%, got 140%"
      ),
      (
        model + "cameras:\n  a: {url: \"rtsp://u:secret@h/\", timeout: soon}",
        "c.yml:4: cameras.a.timeout: expected a time from 0.1s to 600s, such as 2s or 500ms, got soon"
      ),
      (
        model + "cameras:\n  a: {url: \"gopher://u:secret@h/\"}",
        "c.yml:4: cameras.a.url: expected an address such as rtsp://192.0.2.5/stream, a device such as /dev/video0, "
          + "or a file, got gopher://***@h/"
      ),
      (
        model + "cameras:\n  a b: {url: \"rtsp://h/\"}",
        "c.yml:4: cameras: expected a name of at most 40 letters, digits, _ and -, got a b"
      ),
      (
        model + "cameras:\n  a: {url: \"rtsp://${NO}@h/\"}",
        "c.yml:4: cameras.a.url: the environment has no variable NO"
      ),
      ("version: 2\nmodel: {path: m}\ncameras: {}", "c.yml:1: version: expected 1, got 2"),
      (model + "cameras: {}\nhttp: {listen: \"0.0.0.0:80\"}", "0.0.0.0:80 can be reached from other machines"),
      (model + "cameras: {}\ncameras: {}", "the key cameras stands twice in one section"),
      (model + "cameras: [1", "c.yml:4: this is no YAML"),
      (model + "cameras:\n  - front", "c.yml:4: cameras: expected a section of keys and values, got a list"),
      (
        model + "cameras: {}\noutputs: {storage: {path: /m, max_size: 5 apples}}",
        "c.yml:4: outputs.storage.max_size: expected a size such as 500GB or 20GiB, got 5 apples"
      ),
      (
        model + "cameras:\n  a: {url: \"rtsp://h/\", push: \"ftp://u:secret@h/\"}",
        "c.yml:4: cameras.a.push: expected rtsp://, rtmp://, udp://"
      ),
      (
        model + "cameras:\n  a: {url: \"rtsp://h/\", push: \"rtmp://u:secret@h/x\"}\n"
          + "  b: {url: \"rtsp://h/\", push: \"rtmp://u:secret@h/x\"}",
        "c.yml:5: cameras.b.push: another camera is pushed to rtmp://***@h/***"
      ),
      (
        model + "cameras:\n  a: {url: /dev/video0, camera: {size: large}}",
        "c.yml:4: cameras.a.camera.size: expected width by height such as 1280x720, got large"
      ),
      (
        model + "cameras:\n  a: {url: /dev/video0, camera: {pixel_format: divx}}",
        "c.yml:4: cameras.a.camera.pixel_format: expected one of NV12, YU12"
      ),
      (
        model + "cameras:\n  a: {url: /dev/video0, camera: {controls: {brightness: high}}}",
        "c.yml:4: cameras.a.camera.controls.brightness: expected an integer, got high"
      ),
      (
        model + "cameras:\n  a:\n    url: \"rtsp://h/\"\n    camera: {framerate: 30}",
        "c.yml:6: cameras.a.camera: this is for cameras of this machine: expected a url such as /dev/video0"
      ),
      ("", "the key version is missing"),
    ])
  func `a mistake is reported with its line and a suggestion`(yaml: String, sentence: String) {
    #expect(complaint(yaml).contains(sentence), "\(complaint(yaml))")
    #expect(!complaint(yaml).contains("secret"))
  }

  @Test func `all mistakes are reported at once, in the order of the file`() {
    let lines = complaint("version: 1\nmodel: {pth: m, workers: 0}\ndefaults: {detect: {fps: 0}}\ncameras: {a: {}}")
      .split(
        separator: "\n")
    #expect(lines.map { $0.prefix(8) } == ["c.yml:2:", "c.yml:2:", "c.yml:3:", "c.yml:4:"])
  }

  @Test func `values put in from the environment are never shown`() {
    #expect(
      !complaint(Self.model + "cameras: {}\nhttp: {listen: \"${ADDRESS}\"}", ["ADDRESS": "hush"]).contains("hush"))
  }

  @Test(arguments: [0, 1, 2])
  func `hostile files are refused quickly`(kind: Int) throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID()).yml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    let bomb =
      "a: &a [x]\n"
      + (1...40).map {
        "b\($0): &b\($0) [\(Array(repeating: $0 == 1 ? "*a" : "*b\($0 - 1)", count: 9).joined(separator: ","))]\n"
      }.joined()
    let texts = [bomb, String(repeating: "[", count: 1 << 20), String(repeating: "# long\n", count: 15_000_000)]
    try texts[kind].write(toFile: path, atomically: false, encoding: .utf8)
    #expect(throws: ConfigurationError.self) { try ServiceConfiguration(path: path, environment: [:]) }
  }

  @Test func `a pipe that nobody writes is refused, not waited for`() throws {
    let path = FileManager.default.temporaryDirectory.appending(path: "yolostream-\(UUID()).yml").path
    defer { try? FileManager.default.removeItem(atPath: path) }
    try #require(mkfifo(path, 0o600) == 0)
    let error = #expect(throws: ConfigurationError.self) { try ServiceConfiguration(path: path, environment: [:]) }
    #expect(error?.description.contains("this is a pipe") == true, "\(error.debugDescription)")
  }

  @Test func `the example is a configuration, and shows the table`() throws {
    let configuration = try read(ServiceConfiguration.example, ["FRONT_PASSWORD": "x"])
    #expect(configuration.cameras.map(\.name) == ["front"])
    #expect(configuration.outputs.events.lines.path == "/var/lib/yolostream/events.jsonl")
  }

  @Test func `the schema is JSON and names each key that the reader takes`() throws {
    let schema = try #require(
      JSONSerialization.jsonObject(with: Data(ServiceConfiguration.schema.utf8)) as? [String: Any])
    let top = try #require(schema["properties"] as? [String: Any])
    #expect(Set(top.keys) == Set(ServiceConfiguration.settings.map(\.outline.name)))
    #expect(schema["required"] as? [String] == ["version", "cameras"])
    let cameras = try #require((top["cameras"] as? [String: Any])?["patternProperties"] as? [String: [String: Any]])
    let camera = try #require(cameras.values.first?["properties"] as? [String: Any])
    #expect(camera.keys.contains("url") && camera.keys.contains("detect"))
  }

  @Test func `a camera of this machine gets the settings of the file`() throws {
    let configuration = try read(
      Self.model + """
        cameras:
          a: {url: /dev/video0}
          b:
            url: /dev/video1
            camera: {size: 1280x720, pixel_format: mjpeg, framerate: 15, controls: {brightness: -5, focus_absolute: 30}}
        """)
    let (plain, requested) = (configuration.cameras[0].device, configuration.cameras[1].device)
    #expect(plain.size == nil && plain.format == nil && plain.rate == nil && plain.controls.isEmpty)
    #expect(
      requested.size?.description == "1280x720" && requested.format?.description == "MJPG" && requested.rate == 15)
    #expect(requested.controls.map(\.description) == ["brightness=-5", "focus_absolute=30"])
  }

  @Test func `what is recorded, and how long it stays`() throws {
    let configuration = try read(
      Self.model + """
        defaults: {record: {pre_roll: 3s}}
        cameras:
          a: {url: "rtsp://h/", record: {post_roll: 1m}}
          b: {url: "rtsp://h/", privacy_masks: [[[0, 0], [1, 0], [1, 1]]], record: {clips: false}}
        outputs: {storage: {path: /m, max_age: 3d12h, max_size: 1.5TiB, min_free: 20GB}}
        """)
    #expect(configuration.cameras.map(\.record.preRoll) == [3, 3])
    #expect(configuration.cameras.map(\.record.postRoll) == [60, 5])
    #expect(configuration.cameras.map(\.record.hasClips) == [true, false])
    let storage = configuration.outputs.storage
    #expect(storage.maxAge == 302_400 && storage.maxSize == 3 << 39 && storage.minFree == .bytes(20_000_000_000))
    #expect(StorageSettings().minFree.bytes(of: 1000) == 50)
  }

  @Test(
    arguments: [
      ("127.0.0.1", true), ("127.9.9.9", true), ("localhost", true), ("::1", true), ("0.0.0.0", false), ("::", false),
      ("127.0.0.1.example.org", false), ("192.168.1.4", false),
    ])
  func `only this machine reaches loopback`(host: String, isLoopback: Bool) {
    #expect(ListenAddress(host: host, port: 1).isLoopback == isLoopback)
  }

  @Test func `aliases are read, and those that make a huge file of a small one are refused`() throws {
    let small = "version: 1\ncameras:\n  a: &x {url: \"rtsp://h/\"}\n  b: *x\n  it's: *x"
    #expect(
      try ServiceConfiguration(yaml: small.replacing("it's", with: "c"), path: "c.yml", environment: [:]).cameras.count
        == 3)
    let ten = String(repeating: "l,", count: 10)
    var levels = "a0: &a0 [\(ten)]\n"
    for level in 1...9 {
      levels += "a\(level): &a\(level) [" + (0..<10).map { _ in "*a\(level - 1)" }.joined(separator: ",") + "]\n"
    }
    var maps = "a0: &a0 {x: 1}\n"
    for level in 1...12 {
      maps += "a\(level): &a\(level) {" + (0..<8).map { "k\($0): *a\(level - 1)" }.joined(separator: ",") + "}\n"
    }
    for bomb in [
      levels, maps, "x: [it's, " + levels.replacing("\n", with: " ").replacing("a0:", with: "") + "]",
      "x: [it's, &a [\(ten)]]\n" + levels,
    ] {
      let begin = ContinuousClock.now
      let error = #expect(throws: ConfigurationError.self) {
        _ = try ServiceConfiguration(yaml: "version: 1\ncameras: {}\n" + bomb, path: "c.yml", environment: [:])
      }
      #expect(error?.code == .invalid && ContinuousClock.now - begin < .seconds(20))
    }
  }
}
