import Capture
import Testing

@testable import Settings

/// Several streams of a camera, and continuous recordings.
@Suite struct InputTests {
  private func read(_ camera: String, _ outputs: String = "") throws(ConfigurationError) -> CameraSettings? {
    try ServiceConfiguration(
      yaml: "version: 1\ncameras:\n  a: {\(camera)}\n\(outputs)", path: "c.yml", environment: [:]
    ).cameras.first
  }

  private func complaint(_ camera: String, _ outputs: String = "") -> String {
    do throws(ConfigurationError) { return "read: \(String(describing: try read(camera, outputs)))" } catch {
      return error.description
    }
  }

  private func address(_ text: String) throws -> SourceAddress { try SourceAddress(parsing: text) }

  @Test func `each stream has its roles, and one has the frames that are decoded`() throws {
    let two = try #require(
      try read("inputs: [{url: rtsp://h/sub, roles: [detect]}, {url: rtsp://h/main, roles: [record, live]}]"))
    let (small, large) = (try address("rtsp://h/sub"), try address("rtsp://h/main"))
    #expect(two.address == small && two.inputs.map(\.address) == [small, large])
    #expect(two.inputs.map(\.roles) == [[.detect], [.record, .live]])
    let live = try #require(
      try read("inputs: [{url: rtsp://h/sub, roles: [live]}, {url: rtsp://h/main, roles: [record, detect]}]"))
    #expect(live.address == large && live.inputs.map(\.roles) == [[.live], [.record, .detect]])
    let one = try #require(try read("url: rtsp://h/main"))
    #expect(one.address == large && one.inputs.isEmpty)
  }

  @Test(
    arguments: [
      ("enabled: true", "c.yml:3: cameras.a: the key url is missing"),
      ("url: rtsp://h/a, inputs: [{url: rtsp://h/b, roles: [detect]}]", "expected either url or inputs"),
      ("inputs: [{url: rtsp://h/a, roles: [record]}]", "no input has the role detect"),
      (
        "inputs: [{url: rtsp://h/a, roles: [detect]}, {url: rtsp://h/b, roles: [detect]}]",
        "2 inputs have the role detect"
      ),
      ("inputs: [{url: rtsp://h/a, roles: [detect, watch]}]", "expected one of detect, record, live, got watch"),
      ("inputs: [{url: rtsp://h/a}]", "the key roles is missing"),
      ("inputs: [{url: rtsp://h/a, roles: []}]", "expected a list of different roles"),
      ("inputs: [{url: rtsp://h/a, roles: [detect], fps: 5}]", "has no key fps"),
      ("inputs: []", "expected 1 to 3 inputs, got 0"),
      (
        "inputs: [{url: rtsp://h/a, roles: [detect]}, {url: /dev/video0, roles: [record]}]",
        "expected a network address"
      ),
      ("url: rtsp://h/a, record: {continuous: 3d}", "there is no folder for continuous recordings"),
    ])
  func `streams that do not go together are refused in a sentence`(camera: String, sentence: String) {
    #expect(complaint(camera).contains(sentence), "\(complaint(camera))")
  }

  @Test func `ages of continuous recordings`() throws {
    let storage = "outputs: {storage: {path: /m}}"
    let all = try #require(try read("url: rtsp://h/a, record: {continuous: 3d, motion: 7d, alerts: 30d}", storage))
    #expect(all.record.continuous == 259_200 && all.record.motion == 604_800 && all.record.alerts == 2_592_000)
    #expect(all.record.isContinuous && all.record.usesPackets)
    #expect(try read("url: rtsp://h/a, record: {clips: false, motion: 1d}", storage)?.record.usesPackets == true)
    #expect(try read("url: rtsp://h/a, record: {continuous: 0}", storage)?.record.isContinuous == false)
    let masks = "privacy_masks: [[[0, 0], [1, 0], [1, 1]]]"
    #expect(try read("url: rtsp://h/a, \(masks), record: {continuous: 1d}", storage)?.record.isContinuous == true)
  }
}
