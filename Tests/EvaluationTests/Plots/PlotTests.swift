import Evaluation
import Foundation
import FoundationXML
import Testing

@Suite struct PlotTests {
  @Test(arguments: [1, 3, 80])
  func `the plots are well-formed, with axes, legend and the names of the classes`(classCount: Int) throws {
    let names = ["<cat & \"dog\">"] + (1..<80).map { "class \($0)" }
    let truth = (0..<classCount).map {
      TrueObject(box: PreciseBox(left: Double($0) * 100, top: 0, width: 50, height: 50), classID: $0)
    }
    let found = truth.map { FoundObject(box: $0.box, classID: $0.classID, score: 0.9) }
    let folder = try TemporaryFolder()
    try PlotFolder.write(
      precision: AveragePrecision(truth: [truth], found: [found], classCount: classCount),
      confusion: ConfusionMatrix(truth: [truth], found: [found], classCount: classCount),
      classNames: Array(names.prefix(classCount)), to: folder.url.appending(path: "new/plots").path)
    let curve = try texts(of: folder.url.appending(path: "new/plots/precision-recall.svg"))
    for needed in ["precision", "recall", "all classes, IoU 0.50: AP 1.000", "0.2"] { #expect(curve.contains(needed)) }
    let matrix = try texts(of: folder.url.appending(path: "new/plots/confusion.svg"))
    for needed in ["true class", "detected class", "<cat & \"dog\">", "background"] {
      #expect(matrix.contains(needed))
    }
  }

  @Test func `nothing found and nothing to find still gives plots`() throws {
    let folder = try TemporaryFolder()
    try PlotFolder.write(
      precision: AveragePrecision(truth: [[]], found: [[]], classCount: 2),
      confusion: ConfusionMatrix(truth: [[]], found: [[]], classCount: 2), classNames: ["a", "b"], to: folder.path)
    #expect(try texts(of: folder.url.appending(path: "confusion.svg")).contains("background"))
  }

  /// The texts of an SVG file; fails if it is no XML.
  private func texts(of file: URL) throws -> Set<String> {
    let document = try XMLDocument(contentsOf: file)
    return Set(try document.nodes(forXPath: "//*[local-name()='text']").compactMap(\.stringValue))
  }
}
