import Evaluation
import Foundation
import TestSupport
import Testing

/// Numbers of pycocotools on a made-up data set: crowds, ties, more than a hundred finds in a picture, empty pictures.
@Suite(.enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
struct ReferenceFixtureTests {
  private struct Find: Decodable {
    let image_id: Int
    let category_id: Int
    let bbox: [Double]
    let score: Double
  }

  private struct Expected: Decodable {
    struct Category: Decodable {
      let category: Int
      let AP: Double
      let AP50: Double
      let AR100: Double
    }
    struct Curve: Decodable {
      let category: Int
      let precision: [Double]
    }
    let summary: [String: Double]
    let per_category: [Category]
    let curve: Curve
  }

  private func load<Content: Decodable>(_: Content.Type, _ name: String) throws -> Content {
    try JSONDecoder().decode(Content.self, from: Data(contentsOf: SharedMaterial.file("reference/map/\(name)")))
  }

  @Test func `the twelve figures, each class and a curve are those of pycocotools`() throws {
    let expected = try load(Expected.self, "expected.json")
    let truth = try GroundTruth.read(coco: SharedMaterial.file("reference/map/instances.json").path)
    let finds = Dictionary(grouping: try load([Find].self, "detections.json"), by: \.image_id)
    let ids = truth.categories.map(\.id)
    let found = truth.pictures.map { picture in
      (finds[picture.id] ?? []).map { find in
        FoundObject(
          box: PreciseBox(left: find.bbox[0], top: find.bbox[1], width: find.bbox[2], height: find.bbox[3]),
          classID: ids.firstIndex(of: find.category_id) ?? -1, score: find.score)
      }
    }
    let objects = try truth.pictures.map { try truth.objects(of: $0, size: #require($0.size)) }
    let result = AveragePrecision(truth: objects, found: found, classCount: ids.count)

    #expect(result.summary.figures.count == 12)
    for figure in result.summary.figures {
      let value = try #require(expected.summary[figure.name])
      #expect(abs(figure.value - value) < 1e-6, "\(figure.name): expected \(value), got \(figure.value)")
    }
    for category in expected.per_category {
      let id = try #require(ids.firstIndex(of: category.category))
      #expect(abs(result.precision(ofClass: id) - category.AP) < 1e-6)
      #expect(abs(result.precision(ofClass: id, thresholds: 0..<1) - category.AP50) < 1e-6)
      #expect(abs(result.recall(ofClass: id) - category.AR100) < 1e-6)
    }
    let id = try #require(ids.firstIndex(of: expected.curve.category))
    let curve = try #require(result.curve(ofClass: id, threshold: 0))
    #expect(zip(curve, expected.curve.precision).allSatisfy { abs($0 - $1) < 1e-6 })
  }
}
