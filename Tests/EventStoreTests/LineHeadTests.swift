import Foundation
import Testing

@testable import EventStore

@Suite struct LineHeadTests {
  @Test(
    arguments: [
      (#"{"v":2,"end":null}"#, #"{"v":2,"end":null"#),
      (#"{"v":2,"snapshot":"a.jpg","clip":null,"clip_offset":5.2,"snapshot_box":[0.1,0.2]}"#, #"{"v":2"#),
      (
        #"{"v":2,"snapshot":null,"clip":"a.mp4","clips":[{"path":"a.mp4","offset":1},{"path":"b.mp4","offset":0}]}"#,
        #"{"v":2"#
      ),
      (#"{"v":2,"zone":"x,\\"clip\\":1","snapshot":null,"clip":"b.mp4"}"#, #"{"v":2,"zone":"x,\\"clip\\":1""#),
      // Files elsewhere than at the end, names with escapes, other fields behind them: SQLite does these.
      (#"{"v":2,"snapshot":"a.jpg","clip":"b","later":1}"#, nil), (#"{"v":2,"clip":"b.mp4"}"#, nil),
      (#"{"v":2,"snapshot":"a\\"b.jpg"}"#, nil), (#"{"v":2,"kept":true}"#, nil), (#"{"v":2,"snapshot":"a"#, nil),
      ("", nil),
    ] as [(String, String?)])
  func `fields about files are cut off where they are at the end`(line: String, head: String?) {
    #expect(LineHead(line)?.text == head)
  }

  @Test func `any line gives the same object, whichever way it is cut`() async throws {
    let ids = (0..<3).map { Lines.id($0, at: Lines.noon + Int64($0)) }
    let database = try EventDatabase.filled([
      Lines.line("end", ids[0], more: ",\"snapshot\":\"a.jpg\",\"clip\":\"b.mp4\",\"clip_offset\":1.5"),
      Lines.line(
        "end", ids[1], more: ",\"snapshot\":\"a.jpg\",\"clip\":\"b.mp4\",\"clip_offset\":1.5,\"later\":[1,{\"clip\":2}]"
      ),
      Lines.line("keep", ids[2], label: nil, more: ",\"kept\":true"),
    ])
    for (id, isKept) in zip(ids, [false, false, true]) {
      let json = try #require(try await database.event(id)?.event.json)
      let object = try #require(try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
      #expect(object["kept"] as? Bool == isKept && json.components(separatedBy: "\"kept\"").count == 2)
      if !isKept {
        #expect(object["clip"] as? String == "b.mp4" && object["clip_offset"] as? Double == 1.5)
        #expect(json.components(separatedBy: "\"clip\"").count == (id == ids[1] ? 3 : 2))
      }
    }
  }
}
