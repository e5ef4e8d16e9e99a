import Evaluation
import Testing

@Suite struct ClassMappingTests {
  @Test func `the names of VOC and of COCO map onto each other, both ways`() {
    let voc = ["aeroplane", "diningtable", "motorbike", "pottedplant", "sofa", "tvmonitor", "person"]
    let coco = ["person", "airplane", "dining table", "motorcycle", "potted plant", "couch", "tv", "zebra"]
    #expect(ClassMapping(model: voc, data: coco).table == [1, 2, 3, 4, 5, 6, 0])
    #expect(ClassMapping(model: coco, data: voc).table == [6, 0, 1, 2, 3, 4, 5, nil])
  }

  @Test func `capitals, spaces, hyphens and underscores do not matter`() {
    #expect(
      ClassMapping(model: ["Traffic_Light", "dining-table"], data: ["diningtable", "traffic light"]).table == [1, 0])
  }

  @Test func `classes that differ in case only, or have one name, keep apart`() {
    let letters = ["A", "B", "a", "b", "-", "_"]
    #expect(ClassMapping(model: letters, data: letters).table == [0, 1, 2, 3, 4, 5])
    #expect(ClassMapping(model: letters, data: ["a", "A", "x"]).table == [1, nil, 0, nil, nil, nil])
    #expect(ClassMapping(model: ["item", "item", "item"], data: ["x", "item", "item"]).table == [1, 2, 2])
    #expect(ClassMapping(model: ["Car", "bus"], data: ["car", "Bus"]).table == [0, 1])
  }

  @Test func `classes without a partner are named`() {
    let mapping = ClassMapping(model: ["person", "zebra"], data: ["person", "tram"])
    #expect(mapping.unknownToData == ["zebra"])
    #expect(mapping.unknownToModel == ["tram"])
    #expect(mapping.notes.count == 2)
    #expect(ClassMapping(model: ["person"], data: ["person"]).notes.isEmpty)
  }

  @Test func `a model and data that share no class do not belong together`() throws {
    let error = try #require(throws: EvaluationError.self) {
      try ClassMapping(model: ["person"], data: ["tram"], dataPath: "trams.json")
    }
    #expect(error.code == .mismatched)
  }
}
