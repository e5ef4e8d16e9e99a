import Foundation
import Inference
import Scene
import TestSupport
import Testing

@Suite struct NonMaximumSuppressionTests {
  private func candidate(_ x: Float, _ score: Float, _ classID: Int = 0, anchor: Int = 0) -> Candidate {
    Candidate(box: Box(minX: x, minY: 0, maxX: x + 10, maxY: 10), score: score, classID: classID, anchor: anchor)
  }

  @Test func `a box that overlaps a better one of its class goes`() {
    let suppression = NonMaximumSuppression(DetectionOptions(overlap: 0.5))
    let kept = suppression([candidate(1, 0.5), candidate(0, 0.9), candidate(1, 0.7, 1), candidate(30, 0.3)])
    #expect(kept.map(\.score) == [0.9, 0.7, 0.3])
  }

  @Test func `agnostic suppression looks across classes`() {
    var options = DetectionOptions(overlap: 0.5)
    options.isAgnostic = true
    #expect(NonMaximumSuppression(options)([candidate(0, 0.9), candidate(1, 0.7, 1)]).count == 1)
  }

  @Test func `a class can have an overlap of its own`() {
    var options = DetectionOptions(overlap: 0.5)
    options.classOverlap = [0: 0.95]
    #expect(NonMaximumSuppression(options)([candidate(0, 0.9), candidate(1, 0.7)]).count == 2)
  }

  @Test func `infinite and missing numbers are dropped, the limit holds`() {
    let suppression = NonMaximumSuppression(DetectionOptions(limit: 2))
    let candidates = [
      candidate(.nan, 0.9), candidate(.infinity, 0.8), candidate(0, .nan), candidate(0, 0.5), candidate(50, 0.4),
      candidate(100, 0.3),
    ]
    #expect(suppression(candidates).map(\.score) == [0.5, 0.4])
  }

  @Test func `the reference keeps the same boxes`() throws {
    let fixture = try JSONDecoder().decode(
      Fixture.self, from: Data(contentsOf: Fixtures.file("nms/nms-300.json")))
    #expect(fixture.cases.count >= 5)
    for (name, expected) in fixture.cases {
      let confidence = expected.options.conf_thres ?? 0.25
      var options = DetectionOptions(
        confidence: confidence, overlap: expected.options.iou_thres ?? 0.45, limit: expected.options.max_det ?? 300)
      options.isAgnostic = expected.options.agnostic ?? false
      let wanted = expected.options.classes.map(Set.init)
      var candidates: [Candidate] = []
      for (index, row) in fixture.prediction.enumerated() {
        let box = Box(centreX: row[0], centreY: row[1], width: row[2], height: row[3])
        let scores = row.dropFirst(4).enumerated().filter { $0.element > confidence }
        let chosen =
          expected.options.multi_label ?? false
          ? scores : scores.max { $0.element < $1.element }.map { [$0] } ?? []
        for (id, score) in chosen where wanted?.contains(id) ?? true {
          candidates.append(Candidate(box: box, score: score, classID: id, anchor: index))
        }
      }
      let kept = NonMaximumSuppression(options)(candidates)
      #expect(kept.map(\.anchor) == expected.index, "\(name)")
    }
  }

  private struct Fixture: Decodable {
    var prediction: [[Float]]
    var cases: [String: Case]

    struct Case: Decodable {
      var options: Settings
      var index: [Int]
    }

    // The names are those of the file.
    // swift-format-ignore: AlwaysUseLowerCamelCase
    struct Settings: Decodable {
      var conf_thres, iou_thres: Float?
      var agnostic, multi_label: Bool?
      var max_det: Int?
      var classes: [Int]?
    }
  }

  @Test func `thirty thousand boxes, some of them no numbers, are suppressed as by the definition`() {
    let odd: [Float] = [.nan, .infinity, -.infinity, .greatestFiniteMagnitude, -0, .leastNonzeroMagnitude, 1e30]
    for seed in 0..<Mutations.count(usual: 3, share: 100) {
      var numbers = SeededNumbers(seed: seed)
      func side() -> Float { numbers.below(200) == 0 ? odd[numbers.below(odd.count)] : Float(numbers.below(6400)) / 10 }
      let candidates = (0..<30_000).map { anchor in
        let (x, y) = (side(), side())
        return Candidate(
          box: Box(minX: x, minY: y, maxX: x + side() / 8, maxY: y + side() / 8), score: side() / 640,
          classID: numbers.below(80), anchor: anchor)
      }
      var options = DetectionOptions()
      options.isAgnostic = seed % 2 == 0
      let kept = NonMaximumSuppression(options)(candidates)
      #expect(kept.count <= options.limit && !kept.isEmpty, "seed \(seed)")
      for (index, one) in kept.enumerated() {
        #expect(one.score.isFinite && one.box.minX.isFinite && one.box.maxY.isFinite, "seed \(seed)")
        for other in kept[..<index] where options.isAgnostic || other.classID == one.classID {
          #expect(!(one.box.intersectionOverUnion(with: other.box) > options.overlap), "seed \(seed)")
          #expect(other.score >= one.score)
        }
      }
    }
  }
}
