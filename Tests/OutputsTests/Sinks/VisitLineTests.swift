import Foundation
import Outputs
import Scene
import Testing

@Suite struct VisitLineTests {
  private let classes = ClassCatalogue(names: ["person", "dog"])

  private func visit(_ phase: Visit.Phase, _ number: Int, objects: [Int], start: Double, last: Double) -> SceneEvent {
    var visit = Visit(number: number, severity: .alert, start: start)
    visit.phase = phase
    visit.objects = objects
    visit.classIDs = objects.count > 1 ? [1, 0] : [1]
    visit.lastActive = last
    let stamp = FrameStamp(index: Int(last * 10), seconds: last, arrival: 0)
    return SceneEvent(.visit(visit), stamp: stamp, width: 100, height: 50)
  }

  private func object(_ kind: SceneEvent.Kind, _ id: Int, at index: Int) -> SceneEvent {
    let track = Track(id: id, detection: .dog, firstSeen: Double(index) / 10, topScore: 0.9)
    return SceneEvent(kind, of: SceneObject(track: track, lastSeen: Double(index) / 10), in: .example(index, [.dog]))
  }

  @Test func `a visit keeps its identifier and names its objects, those that have ended too`() throws {
    var stamper = EventStamper(classes: classes, camera: "yard", clock: .file)
    let first = stamper.stamp(object(.start, 1, at: 10)).identifier
    let opened = stamper.stamp(visit(.new, 1, objects: [1], start: 1, last: 1))
    _ = stamper.stamp(object(.end, 1, at: 20))
    let second = stamper.stamp(object(.start, 2, at: 30)).identifier
    let grown = stamper.stamp(visit(.update, 1, objects: [1, 2], start: 1, last: 3))
    let over = stamper.stamp(visit(.end, 1, objects: [1, 2], start: 1, last: 4))
    let next = stamper.stamp(visit(.new, 2, objects: [2], start: 30, last: 30))
    #expect(opened.identifier == grown.identifier && grown.identifier == over.identifier)
    #expect(next.identifier != over.identifier)
    #expect(opened.visitors.identifiers == [first] && over.visitors.identifiers == [first, second])
    #expect(
      opened.json.contains(
        "\"labels\":[\"dog\"],\"objects\":[\"\(first)\"],\"start\":\"1970-01-01T00:00:01.000Z\",\"end\":null"))
    #expect(
      over.json.contains("\"labels\":[\"dog\",\"person\"]")
        && over.json.contains("\"end\":\"1970-01-01T00:00:04.000Z\""))
  }

  @Test func `the box in the snapshot goes with it`() {
    var stamper = EventStamper(classes: classes, camera: "yard", clock: .file)
    let box = Box(minX: 0.1, minY: 0.2, maxX: 0.3, maxY: 0.4)
    let end = stamper.number(
      stamper.stamp(object(.end, 1, at: 10)),
      evidence: .init(snapshot: "a.jpg", clip: nil, snapshotBox: box))
    #expect(end.json.hasSuffix("\"snapshot_box\":[0.1,0.2,0.3,0.4]}"), "\(end.json)")
  }

  @Test(arguments: [Double.infinity, .nan, 1e300, -1e300])
  func `a source may state any time for what an object is seen at later`(seconds: Double) {
    var stamper = EventStamper(classes: classes, camera: "yard", clock: .file)
    var event = stamper.stamp(object(.start, 1, at: 10))
    let track = Track(id: 1, detection: .dog, firstSeen: 1, topScore: 0.9)
    event.advance(to: FrameStamp(index: 11, seconds: seconds, arrival: 0), track: track)
    #expect(event.moment >= 1000 && event.event.stamp.index == 11)
  }
}
