import Foundation
import Outputs
import Scene
import Testing

/// Ends of what a killed program left open, from its last lines.
@Suite struct EndingTests {
  private let object =
    #"{"v":2,"id":"01KB5Q8Z9X0000000000000001","type":"zone_enter","camera":"street","seq":7,"ts":"2026-11-23T10:00:20.000Z","pts":20.0,"frame":500,"ts_src":"wall","zone":"yard","label":"dog","class_id":1,"score":0.75,"top_score":0.9,"box":[10.0,5.0,30.0,25.0],"box_norm":[0.1,0.1,0.3,0.5],"track":4,"zones":["yard"],"entered":["gate","yard"],"stationary":false,"active":true,"position_changes":2,"start":"2026-11-23T10:00:00.000Z","end":null,"snapshot":"a.jpg","clip":null,"clip_offset":null,"snapshot_box":[0.1,0.2,0.3,0.4],"has_clip":false,"types":["start","zone_enter"],"kept":false}"#
  private let visit =
    #"{"v":2,"id":"01KB5Q8Z9X0000000000000002","type":"visit","camera":"street","seq":2,"ts":"2026-11-23T10:00:05.000Z","pts":5.0,"frame":125,"ts_src":"wall","visit":3,"phase":"update","severity":"alert","tracks":[4,6],"zones":["yard"],"labels":["dog"],"objects":["01KB5Q8Z9X0000000000000001","01KB5Q8Z9X0000000000000003"],"start":"2026-11-23T10:00:00.000Z","end":null,"snapshot":null,"clip":null}"#
  /// 2026-11-23T10:01:00Z.
  private let now: Int64 = 1_795_428_060_000

  @Test func `an object ends when it was last known to be there, with all that is known of it`() throws {
    let end = try #require(StampedEvent(endingAfter: object, now: now))
    #expect(
      end.json
        == #"{"v":2,"id":"01KB5Q8Z9X0000000000000001","type":"end","camera":"street","seq":0,"ts":"2026-11-23T10:01:00.000Z","pts":20.0,"frame":500,"ts_src":"wall","label":"dog","class_id":1,"score":0.75,"top_score":0.9,"box":[10.0,5.0,30.0,25.0],"box_norm":[0.1,0.1,0.3,0.5],"track":4,"zones":["yard"],"entered":["gate","yard"],"stationary":false,"active":true,"position_changes":2,"start":"2026-11-23T10:00:00.000Z","end":"2026-11-23T10:00:20.000Z","snapshot":"a.jpg","clip":null,"clip_offset":null,"snapshot_box":[0.1,0.2,0.3,0.4]}"#
    )
    // It was saved as open later, by the same clock.
    let later = now - 30_000
    #expect(try #require(StampedEvent(endingAfter: object, open: later, now: now)).lastSeen == later)
    let sent = object.replacing(#""ts_src":"wall""#, with: #""ts_src":"rtcp""#)
    #expect(try #require(StampedEvent(endingAfter: sent, open: later, now: now)).lastSeen == now - 40_000)
  }

  @Test func `a visit ends with the last of its objects`() throws {
    let end = try #require(StampedEvent(endingAfter: visit, members: [now - 40_000, now - 50_000], now: now))
    #expect(
      end.json
        == #"{"v":2,"id":"01KB5Q8Z9X0000000000000002","type":"visit","camera":"street","seq":0,"ts":"2026-11-23T10:01:00.000Z","ts_src":"wall","visit":3,"phase":"end","severity":"alert","tracks":[4,6],"zones":["yard"],"labels":["dog"],"objects":["01KB5Q8Z9X0000000000000001","01KB5Q8Z9X0000000000000003"],"start":"2026-11-23T10:00:00.000Z","end":"2026-11-23T10:00:20.000Z"}"#
    )
    #expect(try #require(StampedEvent(endingAfter: visit, now: now)).lastSeen == now - 55_000)
  }

  @Test func `what is no line of an object or a visit has no end`() {
    let lines = [
      "", "{}", object.replacing(#""v":2"#, with: #""v":1"#), object.replacing(#""label":"dog","#, with: ""),
      object.replacing("[10.0,5.0,30.0,25.0]", with: "[10.0]"), visit.replacing("alert", with: "loud"),
      #"{"v":2,"id":"01KB5Q8Z9X0000000000000003","type":"camera_down","camera":"a","seq":0,"ts":"2026-11-23T10:00:05.000Z","ts_src":"wall"}"#,
    ]
    for line in lines { #expect(StampedEvent(endingAfter: line, now: now) == nil, "\(line)") }
  }
}
