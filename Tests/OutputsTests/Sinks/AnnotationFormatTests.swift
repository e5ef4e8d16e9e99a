import Foundation
import FoundationXML
import Outputs
import Scene
import Testing

/// Formats that annotation tools and data sets read.
@Suite struct AnnotationFormatTests {
  let folder = Result { try ScratchFolder() }
  let classes = ClassCatalogue(names: ["person", "a \"dog\" & <cat>"])

  /// Two tracks: 7 in frames 3, 4 and 6, 9 in the last one only.
  private func write(_ name: String, stride: Int = 1) throws -> String {
    let folder = try folder.get()
    var context = SinkContext(camera: "street", stem: "street", classes: classes)
    context.fileName = "street.avi"
    context.stride = stride
    var sink = try #require(SinkRegistry.kind(name)).make(folder.path("out"), context)
    for findings: FrameFindings in [
      .example(0), .example(3, [.dog], identities: [7]), .example(4, [.dog], identities: [7]), .example(5),
      .example(6, [.dog, .person], identities: [7, 9]),
    ] { try sink.take(SinkFrame(findings: findings, pixels: nil)) }
    try sink.finish()
    return try folder.text("out")
  }

  @Test func `CVAT gets tracks with boxes in frames that show them, and ends`() throws {
    let document = try XMLDocument(data: Data(try write("cvat").utf8))
    let root = try #require(document.rootElement())
    #expect(try root.nodes(forXPath: "meta/task/size").first?.stringValue == "7")
    #expect(try root.nodes(forXPath: "meta/task/original_size/width").first?.stringValue == "100")
    let tracks = root.elements(forName: "track")
    #expect(tracks.map { $0.attribute(forName: "label")?.stringValue } == ["a \"dog\" & <cat>", "person"])
    func boxes(_ track: XMLElement) -> [String] {
      track.elements(forName: "box").map { box in
        ["frame", "outside"].compactMap { box.attribute(forName: $0)?.stringValue }.joined(separator: ":")
      }
    }
    #expect(boxes(tracks[0]) == ["3:0", "4:0", "5:1", "6:0"])
    #expect(boxes(tracks[1]) == ["6:0"])
    let box = try #require(tracks[0].elements(forName: "box").first)
    #expect(
      ["xtl", "ytl", "xbr", "ybr"].compactMap { box.attribute(forName: $0)?.stringValue } == [
        "10.0", "5.0", "30.13", "25.0",
      ])
  }

  @Test func `frames that were left out are no gaps`() throws {
    #expect(!(try write("cvat", stride: 2)).contains("outside=\"1\""))
  }

  @Test func `Label Studio gets frames from one, in percent, and where a track ends`() throws {
    let tasks = try JSONSerialization.jsonObject(with: Data(try write("label-studio").utf8)) as? [[String: Any]]
    let task = try #require(tasks?.first)
    #expect((task["data"] as? [String: String]) == ["video": "street.avi"])
    let prediction = try #require((task["predictions"] as? [[String: Any]])?.first)
    let results = try #require(prediction["result"] as? [[String: Any]])
    let values = results.compactMap { $0["value"] as? [String: Any] }
    #expect(values.map { $0["labels"] as? [String] } == [["a \"dog\" & <cat>"], ["person"]])
    let sequence = try #require(values[0]["sequence"] as? [[String: Any]])
    #expect(sequence.map { $0["frame"] as? Int } == [4, 5, 7])
    #expect(sequence.map { $0["enabled"] as? Bool } == [true, false, false])
    #expect(sequence[0]["x"] as? Double == 10 && sequence[0]["height"] as? Double == 40)
    #expect(values[0]["framesCount"] as? Int == 7)
  }

  @Test(arguments: ["cvat", "label-studio"]) func `a video without tracks is a whole file`(name: String) throws {
    let folder = try folder.get()
    let context = SinkContext(camera: "street", stem: "street", classes: classes)
    var sink = try #require(SinkRegistry.kind(name)).make(folder.path("empty"), context)
    try sink.finish()
    let data = Data(try folder.text("empty").utf8)
    if name == "cvat" { _ = try XMLDocument(data: data) } else { _ = try JSONSerialization.jsonObject(with: data) }
  }

  @Test func `labels end with the track, after the score, as Ultralytics writes them`() throws {
    let folder = try folder.get()
    for scores in [false, true] {
      var labels = try LabelFolder(path: folder.path("labels"), stem: "a", showsScores: scores, showsIdentities: true)
      try labels.write(.example(0, [.person, .dog], identities: [4, nil]))
      let lines = try folder.lines("labels/a_1.txt")
      #expect(lines[0] == (scores ? "0 0.625 0.5 0.25 1 0.5 4" : "0 0.625 0.5 0.25 1 4"))
      #expect(lines[1].split(separator: " ").count == (scores ? 6 : 5))
    }
  }

  @Test func `COCO results have the numbers of the annotations`() throws {
    let folder = try folder.get()
    let annotations = #"""
      {"images":[{"id":42,"file_name":"val/bus.jpg"},{"id":1,"file_name":"a/x.jpg"},{"id":2,"file_name":"b/x.jpg"}],
      "categories":[{"id":18,"name":"Dog"},{"id":3,"name":"person"}]}
      """#
    try Data(annotations.utf8).write(to: URL(filePath: folder.path("annotations.json")))
    let reference = try COCOReference(path: folder.path("annotations.json"))
    let names = ClassCatalogue(names: ["person", "dog", "unicorn"])
    var table = try DetectionTable(path: folder.path("c.json"), classes: names, reference: reference)
    try table.write(.example(0, [.dog], file: "bus.jpg"))
    // What shows nothing needs no number.
    try table.write(.example(1, file: "unknown.jpg"))
    for findings: FrameFindings in [
      .example(2, [.dog], file: "x.jpg"), .example(2, [.dog], file: "unknown.jpg"),
      .example(3, [Detection(box: Detection.dog.box, score: 1, classID: 2)], file: "bus.jpg"),
    ] { #expect(throws: OutputError.self) { try table.write(findings) } }
    try table.finish()
    #expect(try folder.text("c.json").contains(#"{"image_id":42,"category_id":18,"#))
    #expect(throws: OutputError.self) { try COCOReference(path: folder.path("c.json")) }
    #expect(throws: OutputError.self) { try COCOReference(path: folder.path("missing.json")) }
  }
}
