import Foundation
import TestSupport
import Testing

@testable import Training

@Suite struct `The losses equal the published ones` {
  static let cases = ["single", "dual", "lead_head", "rect_dual", "empty_dual", "single_image0"]

  private func input(_ name: String, _ file: FixtureFile) -> (groups: [HeadMaps], targets: [ObjectTarget]) {
    let prefix = name == "rect_dual" ? "rect.input" : "input"
    let images = name == "single_image0" ? 1 : nil
    var groups = [file.maps("\(prefix).main", classCount: 3, images: images)]
    if !name.hasPrefix("single") { groups.insert(file.maps("\(prefix).aux", classCount: 3), at: 0) }
    let targets =
      switch name {
      case "rect_dual": file.targets("rect.targets")
      case "empty_dual": [ObjectTarget]()
      default: file.targets("targets", images: images)
      }
    return (groups, targets)
  }

  @Test(arguments: cases) func `terms and gradients`(name: String) throws {
    let file = try FixtureFile("loss/loss-fixtures.safetensors")
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: Fixtures.file("loss/loss-fixtures.json")))
    let cases = try #require((json as? [String: Any])?["cases"] as? [String: [String: Any]])
    let expected = try #require(cases[name]?["items_box_cls_dfl"] as? [Double])
    let total = try #require(cases[name]?["total"] as? Double)
    let (groups, targets) = input(name, file)
    var loss = DetectionLoss()
    loss.guidance = name == "lead_head" ? .lead : .own
    let outcome = loss.evaluate(groups, targets: targets)
    let items = [outcome.terms.box, outcome.terms.classes, outcome.terms.distribution]
    for (item, expected) in zip(items, expected) {
      #expect(abs(Double(item) - expected) <= 1e-5 * max(abs(expected), 1e-6))
    }
    #expect(abs(Double(outcome.total) - total) <= 1e-5 * total)
    for (gradient, group) in zip(outcome.gradients.reversed(), ["main", "aux"]) {
      for level in gradient.levels {
        let difference = largestDifference(level.values, file.floats("\(name).grad.\(group).p\(level.stride)"))
        #expect(difference <= 1e-6, "\(group) stride \(level.stride)")
      }
    }
  }

  @Test(arguments: cases) func `assignments`(name: String) throws {
    let file = try FixtureFile("loss/loss-fixtures.safetensors")
    let (groups, targets) = input(name, file)
    for (maps, group) in zip(groups.reversed(), name == "lead_head" ? ["shared"] : ["main", "aux"]) {
      let loss = DetectionLoss()
      let objects = loss.objects(of: targets, in: maps)
      let assignments = loss.assign(objects, maps)
      let prefix = "\(name).assigner.\(group)"
      let foreground = file.bytes("\(prefix).fg")
      let scores = file.floats("\(prefix).scores")
      let boxes = file.floats("\(prefix).bboxes")
      for image in 0..<maps.batch {
        for anchor in 0..<maps.anchorCount {
          let row = image * maps.anchorCount + anchor
          let object = assignments[image].object[anchor]
          #expect((object >= 0) == (foreground[row] != 0))
          guard object >= 0 else { continue }
          let truth = objects[image][Int(object)]
          for edge in 0..<4 { #expect(abs(truth.box[edge] - boxes[row * 4 + edge]) < 1e-4) }
          #expect(abs(assignments[image].score[anchor] - scores[row * 3 + truth.classID]) <= 2e-6)
        }
      }
    }
  }

  @Test func `complete overlap of single pairs`() throws {
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: Fixtures.file("loss/loss-fixtures.json")))
    let pieces = try #require((json as? [String: Any])?["ciou_pieces"] as? [String: Any])
    let first = try #require(pieces["box1"] as? [[Double]])
    let second = try #require(pieces["box2"] as? [[Double]])
    let values = try #require(pieces["ciou"] as? [Double])
    let gradients = try #require(pieces["grad_box1_of_ciou"] as? [[Double]])
    for index in first.indices {
      let overlap = CompleteOverlap(SIMD4(first[index]), SIMD4(second[index]))
      #expect(abs(overlap.value - values[index]) < 1e-6)
      for edge in 0..<4 {
        let expected = gradients[index][edge]
        // A box without area has a gradient that is one over the small constant, which float32 rounds.
        #expect(
          abs(overlap.gradient[edge] - expected) <= max(2e-6, 2e-2 * abs(expected) * (abs(expected) > 1e3 ? 1 : 0)))
      }
    }
  }
}

@Suite struct `The losses` {
  @Test func `give gradients that finite differences confirm`() {
    var random = SampleRandom(seed: 5, epoch: 0, index: 0)
    let shapes = [(8, 5, 7), (16, 3, 4), (32, 2, 2)]
    let levels = shapes.map { stride, height, width in
      HeadMaps.Level(
        stride: stride, height: height, width: width,
        values: (0..<2 * 66 * height * width).map { _ in Float.random(in: -2...2, using: &random) })
    }
    let maps = HeadMaps(batch: 2, classCount: 2, levels: levels)
    let targets = [
      ObjectTarget(image: 0, classID: 1, centreX: 0.4, centreY: 0.5, width: 0.5, height: 0.6),
      ObjectTarget(image: 1, classID: 0, centreX: 0.6, centreY: 0.4, width: 0.3, height: 0.7),
    ]
    let loss = DetectionLoss()
    let outcome = loss.evaluate([maps], targets: targets)
    // The assignment carries no gradient, so it is held while the inputs move.
    let objects = loss.objects(of: targets, in: maps)
    let held = loss.assign(objects, maps)
    for _ in 0..<60 {
      let level = Int.random(in: 0..<3, using: &random)
      let position = Int.random(in: 0..<maps.levels[level].values.count, using: &random)
      func total(_ shift: Float) -> Double {
        var moved = maps
        moved.levels[level].values[position] += shift
        return Double(loss.evaluate([moved], objects: objects, held: [held]).total)
      }
      let step: Float = 0.02
      let slope = (total(step) - total(-step)) / Double(2 * step)
      let gradient = Double(outcome.gradients[0].levels[level].values[position])
      #expect(abs(slope - gradient) <= 2e-3 + 2e-2 * abs(gradient))
    }
  }

  @Test func `leave a batch without objects finite under either guidance`() {
    let level = HeadMaps.Level(stride: 8, height: 4, width: 4, values: [Float](repeating: 0, count: 66 * 16))
    let maps = HeadMaps(batch: 1, classCount: 2, levels: [level])
    for guidance in DetectionLoss.Guidance.allCases {
      var loss = DetectionLoss()
      loss.guidance = guidance
      let outcome = loss.evaluate([maps, maps], targets: [])
      #expect(outcome.terms.box == 0 && outcome.terms.distribution == 0)
      #expect(outcome.total.isFinite && outcome.total > 0)
    }
  }

  @Test func `pass over targets of unknown classes, of no area and of images that are not there`() {
    let level = HeadMaps.Level(stride: 8, height: 4, width: 4, values: [Float](repeating: 0, count: 66 * 16))
    let maps = HeadMaps(batch: 1, classCount: 2, levels: [level])
    let odd = [
      ObjectTarget(image: 0, classID: 2, centreX: 0.5, centreY: 0.5, width: 0.5, height: 0.5),
      ObjectTarget(image: 0, classID: -1, centreX: 0.5, centreY: 0.5, width: 0.5, height: 0.5),
      ObjectTarget(image: 0, classID: 1, centreX: 0.5, centreY: 0.5, width: 0, height: 0.5),
      ObjectTarget(image: 7, classID: 1, centreX: 0.5, centreY: 0.5, width: 0.5, height: 0.5),
    ]
    #expect(DetectionLoss().evaluate([maps], targets: odd).terms == DetectionLoss().evaluate([maps], targets: []).terms)
  }
}
