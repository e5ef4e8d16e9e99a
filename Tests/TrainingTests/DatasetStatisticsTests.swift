import Foundation
import Testing

@testable import Training

@Suite struct DatasetStatisticsTests {
  private static func data(_ boxes: [[(Int, Float)]]) -> Dataset {
    Dataset(
      classNames: ["car", "bus"],
      samples: boxes.map { objects in
        Dataset.Sample(
          path: "", objects: objects.map { Dataset.Object(classID: $0.0, box: [0.1, 0.1, 0.1 + $0.1, 0.1 + $0.1]) })
      }, problems: [])
  }

  @Test func `objects and images are counted by class`() {
    let statistics = DatasetStatistics(Self.data([[(0, 0.5), (0, 0.5)], [], [(1, 0.5), (0, 0.5)]]))
    #expect(statistics.images == 3 && statistics.backgrounds == 1 && statistics.objects == 4)
    #expect(statistics.classes.map(\.objects) == [3, 1] && statistics.classes.map(\.images) == [2, 1])
    #expect(statistics.warnings(side: 320).isEmpty)
    let text = statistics.text(side: 320)
    #expect(text.contains("3 images, 1 without objects, 4 objects"))
    #expect(DatasetStatistics(Self.data([[(0, 0.5)]])).summary == "1 image, 0 without objects, 1 object")
    #expect(text.contains("longer side of the objects at 320 pixels: 5 % up to 160, half up to 160"), "\(text)")
  }

  @Test func `classes without objects and boxes that are too small are warned of`() {
    let statistics = DatasetStatistics(Self.data([[(0, 0.02), (0, 0.02), (0, 0.5)]]))
    let warnings = statistics.warnings(side: 320)
    #expect(warnings.count == 2)
    #expect(warnings[0].contains("1 of 2 classes have no object") && warnings[0].contains("bus"))
    #expect(warnings[1].contains("2 of 3 boxes are smaller than 8 pixels at --imgsz 320"))
    #expect(statistics.warnings(side: 640).count == 1)
  }

  @Test func `images of both sets are found by their bytes`() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let paths = try ["one", "two", "one", "three"].enumerated().map { index, text in
      let file = folder.appending(path: "\(index)")
      try Data(text.utf8).write(to: file)
      return file.path
    }
    #expect(DatasetStatistics.overlap(training: [paths[0], paths[1]], validation: [paths[2], paths[3]]) == [paths[2]])
  }
}
