import Testing

@testable import Evaluation

/// Label files and what Ultralytics 8.4 (`verify_image_label`, two classes) makes of each: rows of class, centre and size,
/// or nothing where it leaves the image out.
@Suite struct LabelFileTests {
  private static let table: [(text: String, rows: [[Double]]?)] = [
    ("0 0.5 0.5 0.25 0.25\n", [[0, 0.5, 0.5, 0.25, 0.25]]),
    ("1.0 0.5 0.5 0.25 0.25", [[1, 0.5, 0.5, 0.25, 0.25]]),
    ("1e0 5e-1 0.5 2.5E-1 .25\r\n", [[1, 0.5, 0.5, 0.25, 0.25]]),
    ("+1 0.5 0.5 0.25 0.25\n", [[1, 0.5, 0.5, 0.25, 0.25]]),
    ("1. 0.5 0.5 0.25 0.25\n", [[1, 0.5, 0.5, 0.25, 0.25]]),
    ("1\t0.5\t0.5\t0.25\t0.25\n", [[1, 0.5, 0.5, 0.25, 0.25]]),
    ("  1   0.5 0.5  0.25 0.25  \n", [[1, 0.5, 0.5, 0.25, 0.25]]),
    ("\n\n1 0.5 0.5 0.25 0.25\n\n", [[1, 0.5, 0.5, 0.25, 0.25]]),
    ("0 0.5 0.5 0.25 0.25\r\n\r\n1 0.25 0.5 0.25 0.25\r\n", [[0, 0.5, 0.5, 0.25, 0.25], [1, 0.25, 0.5, 0.25, 0.25]]),
    ("0 0.5 0.5 0.25 0.25\n   \n1 0.25 0.5 0.25 0.25\n", [[0, 0.5, 0.5, 0.25, 0.25], [1, 0.25, 0.5, 0.25, 0.25]]),
    ("0 0.5 0.5 0.25 0.25\r1 0.25 0.5 0.25 0.25", [[0, 0.5, 0.5, 0.25, 0.25], [1, 0.25, 0.5, 0.25, 0.25]]),
    ("", []),
    ("\n \n", []),
    ("0.5 0.5 0.5 0.25 0.25\n", nil),
    ("2 0.5 0.5 0.25 0.25\n", nil),
    ("-1 0.5 0.5 0.25 0.25\n", nil),
    ("x 0.5 0.5 0.25 0.25\n", nil),
    ("nan 0.5 0.5 0.25 0.25\n", nil),
    ("0 nan 0.5 0.25 0.25\n", nil),
    ("0 inf 0.5 0.25 0.25\n", nil),
    ("0 0.5 0.5 0.25\n", nil),
    ("0 0.5 0.5 0.25 0.25 0.9\n", nil),
    ("0,0.5,0.5,0.25,0.25\n", nil),
    ("0 0,5 0,5 0,25 0,25\n", nil),
    ("0 0x1p-1 0.5 0.25 0.25\n", nil),
    ("0 0.5 0.5 0.25 0.25\n9 0.5 0.5 0.25 0.25\n", nil),
    ("0 0.5 0.5 0.25 0.25\n0 0.5 0.5 0.25 0.25\n", [[0, 0.5, 0.5, 0.25, 0.25]]),
    ("0 0.5 0.5 0.25 0.25\n0 0.50 5e-1 0.25 0.250\n", [[0, 0.5, 0.5, 0.25, 0.25]]),
    ("0 0.5 0.5 0.25 0.25\n1 0.5 0.5 0.25 0.25\n", [[0, 0.5, 0.5, 0.25, 0.25], [1, 0.5, 0.5, 0.25, 0.25]]),
    ("0 1.005 0.5 0.25 0.25\n", [[0, 1.005, 0.5, 0.25, 0.25]]),
    ("0 1.02 0.5 0.25 0.25\n", nil),
    ("0 0.5 0.5 1.01 0.25\n", [[0, 0.5, 0.5, 1.01, 0.25]]),
    ("0 -0.005 0.5 0.25 0.25\n", [[0, -0.005, 0.5, 0.25, 0.25]]),
    ("0 -0.02 0.5 0.25 0.25\n", nil),
    ("0 0.5 0.5 -0.005 0.25\n", nil),
    ("0 320 240 64 64\n", nil),
    ("0 0.5 0.5 0 0.25\n", [[0, 0.5, 0.5, 0, 0.25]]),
    ("0 1 0.5 0.25 0.25\n", [[0, 1, 0.5, 0.25, 0.25]]),
    ("0 0 0 0.25 0.25\n", [[0, 0, 0, 0.25, 0.25]]),
    ("0 0.25 0.25 0.5 0.25 0.5 0.75\n", [[0, 0.375, 0.5, 0.25, 0.5]]),
    ("1 0.25 0.25 0.5 0.25 0.5 0.75 0.25 0.75\n", [[1, 0.375, 0.5, 0.25, 0.5]]),
    ("0 0.25 0.25 0.5 0.25 0.5 0.75 0.25\n", nil),
    ("0 0.25 0.25 0.5 0.25 0.5 0.75\n0 0.5 0.5 0.25 0.25\n", nil),
    ("0 0.25 0.25 0.5 0.25 0.5 0.75\n0 0.25 0.25 0.5 0.25 0.5 0.75\n", [[0, 0.375, 0.5, 0.25, 0.5]]),
    (
      "0 0.25 0.25 0.5 0.25 0.5 0.75\n0 0.5 0.25 0.25 0.25 0.5 0.75\n",
      [[0, 0.375, 0.5, 0.25, 0.5], [0, 0.375, 0.5, 0.25, 0.5]]
    ),
    ("0 0.25 0.25 1.25 0.25 0.5 0.75\n", [[0, 0.75, 0.5, 1, 0.5]]),
    ("0 0.25 0.25 1.005 0.25 0.5 0.75\n", [[0, 0.6275, 0.5, 0.755, 0.5]]),
    ("0 0.5 0.5 0.25 0.25 # car\n", nil),
    ("0 0.5 0.5 0.25 0.25\u{0}\n", nil),
    ("0\n", nil),
    ("1_0 0.5 0.5 0.25 0.25\n", nil),
    ("00 0.5 0.5 0.25 0.25\n", [[0, 0.5, 0.5, 0.25, 0.25]]),
    ("0 0.5 0.5 0.25 0.25\n1 0.5 0.5 0.25 0.25 0.5\n", nil),
    ("0 0.5 0.5 1e-9 0.25\n", [[0, 0.5, 0.5, 1e-09, 0.25]]),
    ("0 .5 .5 .25 .25", [[0, 0.5, 0.5, 0.25, 0.25]]),
    ("0 0.5 0.5 0.25 0.25\u{B}1 0.25 0.5 0.25 0.25\n", [[0, 0.5, 0.5, 0.25, 0.25], [1, 0.25, 0.5, 0.25, 0.25]]),
    ("0 0.5 0.5 0.25 0.25\u{C}1 0.25 0.5 0.25 0.25\n", [[0, 0.5, 0.5, 0.25, 0.25], [1, 0.25, 0.5, 0.25, 0.25]]),
    ("-0 0.5 0.5 0.25 0.25\n", [[0, 0.5, 0.5, 0.25, 0.25]]),
    ("\u{FEFF}0 0.5 0.5 0.25 0.25\n", [[0, 0.5, 0.5, 0.25, 0.25]]),
    ("0\u{A0}0.5 0.5\u{3000}0.25 0.25\u{A0}\n", [[0, 0.5, 0.5, 0.25, 0.25]]),
    ("\u{FF11} 0.5 0.5 0.25 \u{660}.\u{662}\u{665}\n", [[1, 0.5, 0.5, 0.25, 0.25]]),
    ("0 0.5 0.5 0.25 0.25\u{2028}1 0.25 0.5 0.25 0.25", [[0, 0.5, 0.5, 0.25, 0.25], [1, 0.25, 0.5, 0.25, 0.25]]),
    ("0 0.5 0.5 0.25 0.25\u{200B}\n", nil),
    ("0 0.5 0.5 0.25 0,25\u{A0}\n", nil),
  ]

  @Test(arguments: table)
  func `rows are read by the rules of the reference`(text: String, rows: [[Double]]?) throws {
    let read = try? LabelFile(Array(text.utf8), classCount: 2).objects
    guard let rows else {
      #expect(read == nil)
      return
    }
    let objects = try #require(read)
    // Boxes are clipped to the image.
    let expected = rows.map { row -> [Double] in
      let edges = [row[1] - row[3] / 2, row[2] - row[4] / 2, row[1] + row[3] / 2, row[2] + row[4] / 2]
      return [row[0]] + edges.map { min(max($0, 0), 1) }
    }
    let found = objects.map { object in
      let box = object.box
      return [Double(object.classID), box.left, box.top, box.left + box.width, box.top + box.height]
    }
    #expect(found.count == expected.count)
    for (a, b) in zip(found, expected) { #expect(zip(a, b).allSatisfy { abs($0 - $1) < 1e-6 }, "\(a) \(b)") }
  }

  @Test(
    arguments: [
      ("0 0.5 0.5 0.2 0.2\n0 0.5 0.5 0.2 0.2\n", .repeatedRow, 2), ("0 0.95 0.5 0.2 0.2\n", .clippedBox, 1),
      ("\n0 0.5 0.5 0 0.2\n", .boxOutside, 2),
    ] as [(String, GroundTruth.Problem.Kind, Int)])
  func `what is repaired is noted with its line`(text: String, kind: GroundTruth.Problem.Kind, line: Int) throws {
    let notes = try LabelFile(Array(text.utf8), classCount: 1).notes
    #expect(notes.map(\.kind) == [kind] && notes.map(\.line) == [line])
  }

  @Test(
    arguments: [
      ("0 0.5 0.5 0.2\n", 1, "got 4 columns"), ("\r\n0 0.5 x 0.2 0.2", 2, "expected a number, got 'x'"),
      ("0 0.5 0.5 0.2 0.2\n3 0.5 0.5 0.1 0.1", 2, "expected a class from 0 to 1, got 3"),
      ("0 50 50 20 20", 1, "expected fractions from 0 to 1"),
    ] as [(String, Int, String)])
  func `why a file cannot be used is said with its line`(text: String, line: Int, sentence: String) {
    let refusal = #expect(throws: LabelFile.Refusal.self) { try LabelFile(Array(text.utf8), classCount: 2) }
    #expect(refusal?.line == line && refusal?.sentence.contains(sentence) == true, "\(String(describing: refusal))")
  }

  @Test func `key points behind a box are ignored where the data set declares them`() throws {
    let row = "1 0.5 0.5 0.2 0.2" + String(repeating: " 0.1 0.2 2", count: 3)
    let objects = try LabelFile(Array(row.utf8), classCount: 2, poseColumns: 14).objects
    #expect(objects.map(\.classID) == [1] && objects[0].outline.isEmpty)
  }

  @Test func `bytes that are no text make a file unusable`() {
    for bytes in [[0xFF, 0xFE, 0x30, 0x00], [0x30, 0x20, 0xC3]] as [[UInt8]] {
      #expect(throws: LabelFile.Refusal.self) { try LabelFile(bytes, classCount: 2) }
    }
  }
}
