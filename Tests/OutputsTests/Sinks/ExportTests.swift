import Foundation
import Imaging
import Outputs
import Scene
import Testing

@Suite struct ExportTests {
  let folder = Result { try ScratchFolder() }
  let classes = ClassCatalogue(names: ["person", "a \"dog\""])

  @Test func `a detection line gives number, time, boxes and tracks`() throws {
    let folder = try folder.get()
    var log = try DetectionLog(path: folder.path("d.jsonl"), classes: classes)
    try log.write(.example(0))
    try log.write(.example(3, [.dog, .person], identities: [7, nil]))
    try log.write(.example(4, [.person], file: "a.png"))
    #expect(
      try folder.lines("d.jsonl") == [
        #"{"frame":0,"pts":0.0,"detections":[]}"#,
        #"{"frame":3,"pts":0.3,"detections":[{"class_id":1,"class":"a \"dog\"","score":0.75,"box":[10.0,5.0,30.13,25.0],"track":7},{"class_id":0,"class":"person","score":0.5,"box":[50.0,0.0,75.0,50.0]}]}"#,
        #"{"frame":4,"pts":0.4,"file":"a.png","detections":[{"class_id":0,"class":"person","score":0.5,"box":[50.0,0.0,75.0,50.0]}]}"#,
      ])
  }

  @Test func `tracks are counted from one as the MOTChallenge has it`() throws {
    let folder = try folder.get()
    var log = try TrackLog(path: folder.path("t.txt"))
    try log.write(.example(0))
    try log.write(.example(4, [.dog, .person], identities: [2, 5]))
    #expect(
      try folder.text("t.txt") == "5,2,11.0,6.0,20.13,20.0,0.75,-1,-1,-1\n5,5,51.0,1.0,25.0,50.0,0.5,-1,-1,-1\n")
  }

  @Test(arguments: [(["person", "dog"], 1), (cocoNames, 2)] as [([String], Int)])
  func `a table is JSON, with COCO's numbers for COCO's classes`(names: [String], category: Int) throws {
    let folder = try folder.get()
    var table = try DetectionTable(path: folder.path("c.json"), classes: ClassCatalogue(names: names))
    try table.write(.example(0))
    try table.write(.example(6, [.dog]))
    try table.write(.example(0, [.dog], file: "000000000139.jpg"))
    try table.write(.example(1, [.dog], file: "bus.jpg"))
    try table.finish()
    struct Entry: Decodable {
      var category: Int, bbox: [Double], score: Double
      enum CodingKeys: String, CodingKey { case category = "category_id", bbox, score }
    }
    let data = Data(try folder.text("c.json").utf8)
    let entries = try JSONDecoder().decode([Entry].self, from: data)
    #expect(entries.map(\.category) == [category, category, category])
    #expect(entries[0].bbox == [10, 5, 20.126, 20])
    for image in ["\"image_id\":6,", "\"image_id\":139,", "\"image_id\":\"bus\","] {
      #expect(try folder.text("c.json").contains(image))
    }
  }

  @Test func `a table of nothing is an empty list`() throws {
    let folder = try folder.get()
    var table = try DetectionTable(path: folder.path("e.json"), classes: classes)
    try table.finish()
    #expect(try folder.text("e.json") == "[]\n")
  }

  @Test func `a CSV table has supervision's columns, then frame and time`() throws {
    let folder = try folder.get()
    let kind = try #require(SinkRegistry.kind("csv"))
    var context = SinkContext(camera: "street", stem: "street", classes: classes)
    for appends in [false, true] {
      context.appends = appends
      var sink = try kind.make(folder.path("d.csv"), context)
      try sink.take(SinkFrame(findings: .example(3, [.dog, .person], identities: [7, nil]), pixels: nil))
      try sink.finish()
    }
    let rows = ["10.0,5.0,30.13,25.0,1,0.75,7,3,0.3", "50.0,0.0,75.0,50.0,0,0.5,,3,0.3"]
    #expect(
      try folder.lines("d.csv") == ["x_min,y_min,x_max,y_max,class_id,confidence,tracker_id,frame,time"] + rows + rows)
  }

  @Test func `subtitles name what happened`() throws {
    let folder = try folder.get()
    var stamper = EventStamper(classes: ClassCatalogue(names: ["person", "<dog>"]), camera: "a", clock: .file)
    let context = SinkContext(camera: "a", stem: "a", classes: classes)
    var sink = try #require(SinkRegistry.kind("webvtt")).make(folder.path("e.vtt"), context)
    let track = Track(id: 3, detection: .dog, firstSeen: 0, topScore: 0.9)
    let event = SceneEvent(.start, of: SceneObject(track: track, lastSeen: 61.5), in: .example(615))
    try sink.take(stamper.stamp(event))
    try sink.finish()
    #expect(try folder.text("e.vtt") == "WEBVTT\n\n00:01:01.500 --> 00:01:03.500\ndog> #3 start\n")
  }

  @Test(arguments: [false, true])
  func `labels are files of shares of the image, none for a frame without objects`(scores: Bool) throws {
    let folder = try folder.get()
    var labels = try LabelFolder(path: folder.path("labels"), stem: "street", showsScores: scores)
    try labels.write(.example(0))
    try labels.write(.example(6, [.person]))
    try labels.write(.example(1, [.dog, .person], file: "bus.jpg"))
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path("labels")).sorted()
    #expect(names == ["bus.txt", "street_7.txt"])
    #expect(try folder.text("labels/street_7.txt") == (scores ? "0 0.625 0.5 0.25 1 0.5\n" : "0 0.625 0.5 0.25 1\n"))
    #expect(try folder.lines("labels/bus.txt").count == 2)
    // Its labels must not take the place of those.
    try labels.write(.example(2, [.person], file: "bus.png"))
    #expect(try folder.lines("labels/bus.txt").count == 2 && folder.lines("labels/bus.png.txt").count == 1)
  }

  @Test func `folders of runs are numbered like the official script's`() throws {
    let project = try folder.get().path("runs/detect")
    let made = try (0..<3).map { _ in try OutputFolder.makeForRun(project: project, name: "exp", mayExist: false) }
    #expect(made == [project + "/exp", project + "/exp2", project + "/exp3"])
    #expect(try OutputFolder.makeForRun(project: project, name: "exp2", mayExist: true) == project + "/exp2")
  }

  @Test func `two outputs in one file, or one over the input, are refused`() throws {
    let folder = try folder.get()
    try Data([1]).write(to: URL(filePath: folder.path("in.mp4")))
    var files = ProtectedFiles([folder.path("in.mp4")])
    try files.claim(folder.path("new.jsonl"))
    try files.claim("-")
    for path in [folder.path("") + "/./in.mp4", folder.path("new.jsonl"), "-"] {
      let error = #expect(throws: OutputError.self) { try files.claim(path) }
      #expect(error?.code == .cannotCreate)
    }
    try files.claim("/dev/full")
    try files.claim("/dev/full")
    // Neither is there yet.
    try files.claim(folder.path("one.csv"))
    for path in [folder.path("") + "/./one.csv", folder.path("../\(folder.url.lastPathComponent)/one.csv")] {
      #expect(throws: OutputError.self) { try files.claim(path) }
    }
    try files.claim(folder.path("two.csv"))
  }

  @Test func `outputs of tracks are known as such, because images have none unless they are a sequence`() {
    let names = SinkRegistry.kinds.filter(\.needsTracks).map(\.name)
    #expect(
      Set(names) == ["cvat", "events", "heatmap", "label-studio", "mot", "track-clips", "track-crops", "webvtt"])
  }

  @Test(arguments: [("/no/such/folder/a.jsonl", OutputError.Code.cannotCreate), ("/dev/full", .writeFailed)])
  func `what cannot be made or written is said`(path: String, code: OutputError.Code) throws {
    let error = #expect(throws: OutputError.self) {
      var log = try TrackLog(path: path)
      try log.write(.example(4, [.dog], identities: [2]))
    }
    #expect(error?.code == code)
    #expect(error?.description.contains(path) == true)
  }
}

private let cocoNames = (0..<80).map { $0 == 0 ? "person" : $0 == 79 ? "toothbrush" : "class \($0)" }
