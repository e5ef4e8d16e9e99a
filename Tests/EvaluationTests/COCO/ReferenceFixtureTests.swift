import Evaluation
import Foundation
import TestSupport
import Testing

/// Numbers of pycocotools on a made-up data set: crowds, ties, more than a hundred finds in an image, empty images.
@Suite struct ReferenceFixtureTests {
  private struct Expected: Decodable {
    struct Curve: Decodable {
      let category: Int
      let precision: [Double]
    }
    let summary: [String: Double]
    let perCategory: [[String: Double]]
    let curve: Curve

    enum CodingKeys: String, CodingKey {
      case summary, curve
      case perCategory = "per_category"
    }
  }

  @Test func `the twelve figures, each class and a curve are those of pycocotools`() throws {
    let expected = try JSONDecoder().decode(
      Expected.self, from: Data(contentsOf: Fixtures.file("map/expected.json")))
    let file = Fixtures.file("map/instances.json")
    let truth = try GroundTruth.parse(coco: Array(Data(contentsOf: file)), path: file.path)
    #expect(truth.problems.isEmpty)
    let finds = Dictionary(
      grouping: try ResultRow.read(Fixtures.file("map/detections.json")),
      by: { RecordID.number($0.imageId) })
    let ids = truth.categories.map(\.id)
    let found = truth.images.map { image in
      (finds[image.id] ?? []).map { find in
        FoundObject(
          box: find.box,
          classID: ids.firstIndex(of: .number(find.categoryId)) ?? -1, score: find.score)
      }
    }
    let objects = try truth.images.map { $0.objects(in: try #require($0.size)) }
    let result = AveragePrecision(truth: objects, found: found, classCount: ids.count)

    #expect(result.summary.figures.count == 12)
    for figure in result.summary.figures {
      let value = try #require(expected.summary[figure.name])
      #expect(abs(figure.value - value) < 1e-6, "\(figure.name): expected \(value), got \(figure.value)")
    }
    for category in expected.perCategory {
      let id = try #require(ids.firstIndex { $0 == .number(Int(category["category"] ?? -1)) })
      let figures = [
        ("AP", result.precision(ofClass: id)), ("AP50", result.precision(ofClass: id, thresholds: 0..<1)),
        ("AR100", result.recall(ofClass: id)),
      ]
      for (name, value) in figures { #expect(abs(value - category[name, default: 9]) < 1e-6) }
    }
    let id = try #require(ids.firstIndex(of: .number(expected.curve.category)))
    let curve = try #require(result.curve(ofClass: id, threshold: 0))
    #expect(zip(curve, expected.curve.precision).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}
