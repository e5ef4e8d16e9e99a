import Imaging
import Scene
import Testing

@testable import Outputs

@Suite struct SceneMarkTests {
  private let yard = SceneMark(
    "yard", .zone(Polygon(corners: [.init(x: 0.5, y: 0.5), .init(x: 0.9, y: 0.5), .init(x: 0.9, y: 0.9)])))
  private let gate = SceneMark(
    "gate", .line(from: .init(x: 0.1, y: 0.5), to: .init(x: 0.4, y: 0.5), inward: "in", outward: "out"))

  /// The brightness of a grey frame with `marks` on it.
  private func drawn(_ marks: [SceneMark], figures: MarkFigures? = nil, labels: Bool = false) throws -> [[UInt8]] {
    let layout = PixelLayout(width: 400, height: 200, format: .gray8)
    var style = OverlayStyle()
    style.marks = marks
    style.showsLabels = labels
    var overlay = try Overlay(layout: layout, classes: ClassCatalogue(names: ["person"]), style: style)
    let frame = try PixelBuffer(layout: layout)
    frame.withView { view in
      for y in 0..<200 { for x in 0..<400 { view.planes[0].base[y * view.planes[0].stride + x] = 20 } }
    }
    try overlay.draw(tracks: [], figures: figures, on: frame, at: 0)
    return frame.withView { view in
      (0..<200).map { y in (0..<400).map { view.planes[0].base[y * view.planes[0].stride + $0] } }
    }
  }

  @Test func `a zone is an outline, a line an arrow`() throws {
    let zone = try drawn([yard])
    #expect(zone[100][280] > 100 && zone[140][360] > 100, "its sides")
    #expect(zone[120][330] == 20 && zone[60][280] == 20, "neither its inside nor what is outside")
    let line = try drawn([gate])
    #expect(line[100][60] > 100 && line[100][158] > 100, "from one end to the other")
    // The head is behind the second end and on both sides; the first end has none.
    let head = { (row: [UInt8], columns: Range<Int>) in row[columns].contains { $0 > 60 } }
    #expect(head(line[97], 140..<161) && head(line[103], 140..<161))
    #expect(!head(line[96], 30..<60) && !head(line[104], 30..<60))
  }

  @Test func `names and figures stand beside their marks`() throws {
    let plain = try drawn([yard, gate])
    let named = try drawn([yard, gate], labels: true)
    var figures = MarkFigures()
    figures.note(event(.line(line: "gate", direction: "in", count: 4), identity: 1))
    let counted = try drawn([yard, gate], figures: figures, labels: true)
    #expect(plain != named && named != counted)
  }

  private func event(_ kind: SceneEvent.Kind, identity: Int, zones: [String] = []) -> SceneEvent {
    let detection = Detection(box: Box(minX: 0, minY: 0, maxX: 9, maxY: 9), score: 0.9, classID: 0)
    var object = SceneObject(
      track: Track(id: identity, detection: detection, firstSeen: 0, topScore: 0.9), lastSeen: 0)
    object.zones = zones
    return SceneEvent(
      kind, of: object, stamp: FrameStamp(index: 0, seconds: 0, arrival: 0), width: 400, height: 200)
  }

  @Test func `figures follow the events`() {
    var figures = MarkFigures()
    #expect(figures.text(yard) == "yard 0" && figures.text(gate) == "gate in 0 out 0")
    figures.note(event(.zoneEnter(zone: "yard"), identity: 1, zones: ["yard"]))
    figures.note(event(.start, identity: 2, zones: ["yard"]))
    #expect(figures.text(yard) == "yard 2")
    figures.note(event(.zoneExit(zone: "yard", dwell: 2), identity: 1))
    figures.note(event(.line(line: "gate", direction: "out", count: 7), identity: 1))
    #expect(figures.text(yard) == "yard 1" && figures.text(gate) == "gate in 0 out 7")
    figures.note(event(.end, identity: 2, zones: ["yard"]))
    #expect(figures.text(yard) == "yard 0")
  }
}
