import Foundation
import Outputs
import Scene
import Testing

@Suite struct EventTests {
  let classes = ClassCatalogue(names: ["person", "dog"])

  private func event(_ kind: SceneEvent.Kind, _ index: Int, _ detection: Detection = .dog, id: Int = 1) -> SceneEvent {
    let track = Track(id: id, detection: detection, firstSeen: 0, topScore: 0.9)
    return SceneEvent(
      kind, of: SceneObject(track: track, lastSeen: Double(index) / 10), in: .example(index, [detection]))
  }

  @Test func `a file's events are the same each time, with times of the file`() throws {
    let lines = (0..<2).map { _ in
      var stamper = EventStamper(classes: classes, camera: "street", clock: .file)
      return [event(.start, 0), event(.zoneExit(zone: "drive", dwell: 1.25), 12), event(.end, 20)].map {
        stamper.number(stamper.stamp($0)).json
      }
    }
    #expect(lines[0] == lines[1])
    #expect(
      lines[0][0]
        == #"{"v":2,"id":"00000000000000000000000001","type":"start","camera":"street","seq":0,"ts":"1970-01-01T00:00:00.000Z","pts":0.0,"frame":0,"ts_src":"file","label":"dog","class_id":1,"score":0.75,"top_score":0.9,"box":[10.0,5.0,30.13,25.0],"box_norm":[0.1,0.1,0.30126,0.5],"track":1,"zones":[],"entered":[],"stationary":false,"active":true,"position_changes":0,"start":"1970-01-01T00:00:00.000Z","end":null}"#
    )
    #expect(lines[0][1].contains(#""type":"zone_exit""#) && lines[0][1].contains(#""zone":"drive","dwell":1.25"#))
    #expect(lines[0][2].contains(#""seq":2"#) && lines[0][2].hasSuffix(#""end":"1970-01-01T00:00:02.000Z"}"#))
  }

  @Test func `a live source's events have the time of day and identifiers of their own`() throws {
    var stamper = EventStamper(classes: classes, camera: "gate", clock: .wall)
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    let arrival = UInt64(now.tv_sec) * 1_000_000_000 + UInt64(now.tv_nsec)
    let before = Date()
    let events = [(1, SceneEvent.Kind.start), (2, .start), (1, .end), (2, .end)].map { id, kind in
      var event = event(kind, 0, id: id)
      event.stamp.arrival = arrival
      return stamper.stamp(event)
    }
    #expect(Set(events.map(\.identifier)).count == 2)
    #expect(events.allSatisfy { $0.identifier.count == 26 && $0.timeSource == "wall" })
    #expect(abs(Double(events[0].moment) / 1e3 - before.timeIntervalSince1970) < 60)
    // The capture time of a sender is used.
    var taken = event(.start, 0)
    taken.stamp.taken = 1_700_000_000_123_400
    let text = stamper.stamp(taken).json
    #expect(text.contains("\"ts\":\"2023-11-14T22:13:20.123Z\"") && text.contains("\"ts_src\":\"rtcp\""), "\(text)")
  }

  @Test func `no end is before its start, whatever becomes of the clocks`() {
    var stamper = EventStamper(classes: classes, camera: "gate", clock: .wall)
    var start = event(.start, 0), end = event(.end, 20)
    start.stamp.taken = nil
    // The sender's clock, which is a day behind, is known from the middle on.
    end.stamp.taken = 1_000_000_000_000_000
    let first = stamper.stamp(start), last = stamper.stamp(end)
    #expect(last.lastSeen >= first.began && last.moment >= first.moment)
    #expect(first.timeSource == "wall" && last.timeSource == "wall" && first.identifier == last.identifier)
    // The other way round.
    var other = EventStamper(classes: classes, camera: "gate", clock: .wall)
    (start.stamp.taken, end.stamp.taken) = (4_000_000_000_000_000, nil)
    let began = other.stamp(start).began
    #expect(other.stamp(end).lastSeen >= began)
  }

  @Test func `an object that outlives a restart keeps its identifier and its beginning`() throws {
    var stamper = EventStamper(classes: classes, camera: "gate", clock: .wall)
    let first = stamper.stamp(event(.start, 0))
    let saved = try JSONEncoder().encode(stamper.openObjects)
    let objects = try JSONDecoder().decode([EventStamper.OpenObject].self, from: saved)
    var next = EventStamper(classes: classes, camera: "gate", clock: .wall, objects: objects)
    let later = next.stamp(event(.active, 30))
    #expect(later.identifier == first.identifier && later.began == first.began)
  }

  @Test func `a file whose time of recording is known has events of that time`() {
    var stamper = EventStamper(classes: classes, camera: "a", clock: .file, zero: 1_700_000_000_000)
    #expect(stamper.stamp(event(.start, 12)).json.contains("\"ts\":\"2023-11-14T22:13:21.200Z\""))
  }

  @Test func `an outage is an event of the camera, without an object`() {
    var stamper = EventStamper(classes: classes, camera: "gate", clock: .wall)
    let down = stamper.stamp(SceneEvent(.cameraDown(cause: "stalled", message: "no frame for 5 s"), at: 0)).json
    #expect(
      down.contains(#""type":"camera_down""#) && down.contains(#""cause":"stalled","message":"no frame for 5 s""#))
    #expect(!down.contains("box") && !down.contains("pts"))
  }
}
