import Foundation
import MQTT
import TestSupport
import Testing

@testable import Publishing

@Suite struct FrigateFormTests {
  private func line(_ type: String, id: String = "01JAAAAAAA0000000000000001", more: String) -> PublishedEvent {
    PublishedEvent(
      key: "01J", camera: "front",
      json:
        "{\"v\":2,\"id\":\"\(id)\",\"type\":\"\(type)\",\"camera\":\"front\",\"seq\":1,\"ts\":\"2026-11-23T18:39:28.500Z\"\(more)}"
    )
  }

  private func object(_ message: MQTTMessage?) throws -> [String: Any] {
    let message = try #require(message)
    return try #require(try JSONSerialization.jsonObject(with: Data(message.payload)) as? [String: Any])
  }

  private let person =
    ",\"label\":\"traffic light\",\"score\":0.5,\"top_score\":0.75,\"box\":[10.0,20.0,30.0,60.0],\"zones\":[\"yard\"]"
    + ",\"entered\":[\"yard\"],\"stationary\":false,\"position_changes\":2,\"start\":\"2026-11-23T18:39:27.250Z\""

  @Test func `states have Frigate's topics, zeros included`() {
    var house = TestHome.small
    house.cameras[0].counts = [
      HomeCount(label: "person", all: 2, active: 1), HomeCount(zone: "yard", label: "person", all: 1, active: 0),
    ]
    house.cameras[0].switches.record = false
    let messages = FrigateForm().messages(of: house)
    #expect(messages.allSatisfy { $0.isRetained })
    #expect(
      Dictionary(uniqueKeysWithValues: messages.map { ($0.topic, $0.text) }) == [
        "frigate/front/enabled/state": "ON", "frigate/front/detect/state": "ON",
        "frigate/front/recordings/state": "OFF", "frigate/front/snapshots/state": "OFF",
        "frigate/front/review_alerts/state": "ON", "frigate/front/review_detections/state": "ON",
        "frigate/front/motion/state": "ON", "frigate/front/improve_contrast/state": "OFF",
        "frigate/front/audio/state": "OFF", "frigate/front/ptz_autotracker/state": "OFF",
        "frigate/front/all": "2", "frigate/front/all/active": "1", "frigate/front/person": "2",
        "frigate/front/person/active": "1", "frigate/front/traffic light": "0",
        "frigate/front/traffic light/active": "0", "frigate/yard/all": "1", "frigate/yard/all/active": "0",
        "frigate/yard/person": "1", "frigate/yard/person/active": "0", "frigate/yard/traffic light": "0",
        "frigate/yard/traffic light/active": "0", "frigate/front/motion": "ON", "frigate/front/status/detect": "online",
        "frigate/front/review_status": "NONE",
      ])
  }

  @Test func `what is set is obeyed, unless the broker had kept it`() {
    let form = FrigateForm(prefix: "house/frigate")
    func command(_ topic: String, _ text: String, isRetained: Bool = false) -> HomeCommand? {
      form.command(in: MQTTMessage(topic: topic, text: text, isRetained: isRetained))
    }
    #expect(
      command("house/frigate/front/detect/set", "OFF") == HomeCommand(camera: "front", toggle: .detect, isOn: false))
    #expect(
      command("house/frigate/front/snapshots/set", "ON") == HomeCommand(camera: "front", toggle: .record, isOn: true))
    #expect(command("house/frigate/front/detect/set", "OFF", isRetained: true) == nil)
    #expect(
      command("house/frigate/front/motion/set", "OFF") == nil && command("frigate/front/detect/set", "OFF") == nil)
  }

  @Test func `an object is new, changes and ends, with what was known before`() throws {
    var form = FrigateForm()
    let first = form.messages(of: line("start", more: person), image: { $0 == [.boxed, .cropped] ? [1] : nil })
    #expect(first.map(\.topic) == ["frigate/front/traffic light/snapshot", "frigate/events"])
    #expect(first[0].isRetained && first[0].payload == [1] && !first[1].isRetained)
    let new = try object(first.last), after = try #require(new["after"] as? NSDictionary)
    #expect(new["type"] as? String == "new" && new["before"] as? NSDictionary == after)
    for (key, value) in [
      "id": "01JAAAAAAA0000000000000001", "camera": "front", "label": "traffic light", "frame_time": 1_795_459_168.5,
      "start_time": 1_795_459_167.25, "end_time": NSNull(), "score": 0.5, "top_score": 0.75, "box": [10, 20, 30, 60],
      "area": 800, "ratio": 0.5, "current_zones": ["yard"], "entered_zones": ["yard"], "stationary": false,
      "active": true, "position_changes": 2, "has_clip": false, "has_snapshot": false, "false_positive": false,
    ] as [String: Any] { #expect((after[key] as? NSObject) == (value as? NSObject), "\(key)") }
    let moved = form.messages(
      of: line("zone_exit", more: person.replacing("[\"yard\"],\"entered", with: "[],\"entered")), image: { _ in nil })
    let update = try object(moved.last)
    #expect(update["type"] as? String == "update" && update["before"] as? NSDictionary == after)
    let over = form.messages(
      of: line("end", more: person + ",\"end\":\"2026-11-23T18:40:00.000Z\",\"snapshot\":\"s.jpg\",\"clip\":\"c.mp4\""),
      image: { _ in [2] })
    let end = try object(over.last), last = try #require(end["after"] as? [String: Any])
    #expect(
      end["type"] as? String == "end" && last["has_clip"] as? Bool == true
        && last["end_time"] as? Double == 1_795_459_200)
    // A connection that is lost has events sent again.
    #expect(
      try object(form.messages(of: line("start", more: person), image: { _ in nil }).last)["type"] as? String == "new")
  }

  @Test func `a box may have any numbers, and a visit that never ends is forgotten`() throws {
    var form = FrigateForm()
    let huge = person.replacing("[10.0,20.0,30.0,60.0]", with: "[-1e300,20.0,1e300,1e19]")
    let sent = try object(form.messages(of: line("start", more: huge), image: { _ in nil }).last)
    #expect((sent["after"] as? [String: Any])?["box"] as? [Int] == [-1_000_000, 20, 1_000_000, 1_000_000])
    var events = FrigateEvents()
    let alert = line("visit", id: "endless", more: ",\"phase\":\"new\",\"severity\":\"alert\"")
    #expect(events.translate(alert)?.reviewStatus == "ALERT")
    for number in 0..<1000 { _ = events.translate(line("start", id: "\(number)", more: person)) }
    #expect(events.reviewStatus(of: "front") == "NONE")
  }

  @Test func `a visit is a review, and the camera's status while it lasts`() throws {
    var form = FrigateForm()
    func visit(_ phase: String, _ id: Int, _ severity: String) -> [MQTTMessage] {
      form.messages(
        of: line(
          "visit", id: "01JAAAAAAA000000000000000\(id)",
          more:
            ",\"phase\":\"\(phase)\",\"severity\":\"\(severity)\",\"zones\":[\"yard\"],\"labels\":[\"person\"],\"objects\":[\"x\"]"
            + ",\"start\":\"2026-11-23T18:39:27.250Z\",\"end\":\(phase == "end" ? "\"2026-11-23T18:40:00.000Z\"" : "null")"
        ),
        image: { _ in nil })
    }
    let began = visit("new", 1, "detection")
    #expect(began.map(\.topic) == ["frigate/front/review_status", "frigate/reviews"] && began[0].text == "DETECTION")
    #expect(visit("new", 2, "alert")[0].text == "ALERT" && visit("end", 2, "alert")[0].text == "DETECTION")
    let end = visit("end", 1, "detection")
    #expect(end[0].text == "NONE" && end[0].isRetained)
    let review = try object(end.last)
    #expect(review["type"] as? String == "end")
    let after = try #require(review["after"] as? [String: Any]),
      data = try #require(after["data"] as? [String: [String]])
    #expect(after["severity"] as? String == "detection" && after["end_time"] as? Double == 1_795_459_200)
    #expect(data["detections"] == ["x"] && data["objects"] == ["person"] && data["zones"] == ["yard"])
    #expect(form.messages(of: line("camera_down", more: ""), image: { _ in nil }).isEmpty)
    #expect(form.messages(of: PublishedEvent(key: "", camera: "front", json: "no JSON"), image: { _ in nil }).isEmpty)
  }
}
