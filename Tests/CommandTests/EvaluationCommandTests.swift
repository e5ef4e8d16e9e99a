import Foundation
import TestSupport
import Testing

/// `val`, `track` and `evaluate-tracks` as a user calls them.
@Suite(.serialized) struct EvaluationCommandTests {
  let program = Result { try Program() }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any], "\(text)")
  }

  /// Detections of two people who walk past each other for two seconds, without identities, and the truth.
  private func writeWalk(_ program: Program) throws {
    var truth = "", found = ""
    for frame in 1...50 {
      for (id, left) in [(1, 10 + 4 * frame), (2, 400 - 4 * frame)] {
        let box = "\(left),\(id == 1 ? 20 : 160),40,100"
        truth += "\(frame),\(id),\(box),1,-1,-1,-1\n"
        found += "\(frame),-1,\(box),0.9,-1,-1,-1\n"
      }
    }
    try truth.write(toFile: program.path("gt.txt"), atomically: true, encoding: .utf8)
    try found.write(toFile: program.path("det.txt"), atomically: true, encoding: .utf8)
  }

  @Test func `detections get identities, and the tracks are scored`() throws {
    let program = try program.get()
    try writeWalk(program)
    let tracked = try program.run(
      ["track", "--detections", "det.txt", "-o", "tracks.txt", "--fps", "25"], hasModel: false)
    #expect(tracked.status == 0, "\(tracked.error)")
    let scored = try program.run(
      ["evaluate-tracks", "--ground-truth", "gt.txt", "--tracks", "tracks.txt", "--json"], hasModel: false)
    #expect(scored.status == 0, "\(scored.error)")
    let average = try #require(try object(scored.output)["average"] as? [String: Double])
    #expect(average["MOTA"] == 1 && average["IDF1"] == 1 && (average["HOTA"] ?? 0) > 0.99, "\(average)")
    // Half of the tracks: half of the objects are missed.
    let half = try program.text("tracks.txt").split(separator: "\n").filter { $0.split(separator: ",")[1] == "1" }
    #expect(half.count == 50)
    try (half.joined(separator: "\n") + "\n").write(
      toFile: program.path("half.txt"), atomically: true, encoding: .utf8)
    let table = try program.run(
      ["evaluate-tracks", "--ground-truth", "gt.txt", "--tracks", "half.txt"], hasModel: false)
    #expect(table.status == 0 && table.output.contains("50.00"), "\(table.output)\(table.error)")
  }

  @Test(
    arguments: [
      (["track", "--detections", "bent.txt", "-o", "-", "--fps", "25"], 65, "bent.txt"),
      (["track", "--detections", "det.txt", "-o", "-"], 64, "--fps"),
      (["track", "--detections", "none.txt", "-o", "-", "--fps", "25"], 66, "none.txt"),
      (["evaluate-tracks", "--ground-truth", "gt.txt", "--tracks", "bent.txt"], 65, "bent.txt"),
      (["evaluate-tracks", "--ground-truth", "gt.txt"], 64, "--tracks"),
      (["val", "--model", "model.safetensors", "--data", "bent.json"], 65, "bent.json"),
      (["val", "--model", "model.safetensors", "--data", "none.json"], 66, "none.json"),
    ] as [([String], Int32, String)])
  func `what cannot be scored is said in one sentence`(arguments: [String], status: Int32, sentence: String) throws {
    let program = try program.get()
    try writeWalk(program)
    try "1,1,x,20,40,100,0.9\n".write(toFile: program.path("bent.txt"), atomically: true, encoding: .utf8)
    try "{\"images\": 3".write(toFile: program.path("bent.json"), atomically: true, encoding: .utf8)
    let outcome = try program.run(arguments, hasModel: false)
    #expect(outcome.status == status && !outcome.isKilled, "\(outcome.status): \(outcome.error)")
    #expect(outcome.error.contains(sentence), "\(outcome.error)")
    if status > 64 { #expect(outcome.error.split(separator: "\n").count == 1, "\(outcome.error)") }
  }

  @Test(arguments: ["voc", "coco"])
  func `val takes the folders that train takes, and names what it passes over`(kind: String) throws {
    let program = try program.get()
    func write(_ text: String, _ path: String) throws {
      let file = URL(filePath: program.path("\(kind)/\(path)"))
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try text.write(to: file, atomically: true, encoding: .utf8)
    }
    // Two images, the second of which is missing.
    let grey = "P6 64 48 255\n" + String(repeating: "Z", count: 64 * 48 * 3)
    if kind == "voc" {
      try write(grey, "JPEGImages/1.ppm")
      try write("1\n2\n3\n", "ImageSets/Main/val.txt")
      for number in 1...2 {
        try write(
          """
          <annotation><filename>\(number).ppm</filename><size><width>64</width><height>48</height></size>
          <object><name>dog</name><bndbox><xmin>5</xmin><ymin>5</ymin><xmax>30</xmax><ymax>40</ymax></bndbox></object>
          </annotation>
          """, "Annotations/\(number).xml")
      }
    } else {
      try write(grey, "images/val/1.ppm")
      let images = (1...2).map { #"{"id": \#($0), "file_name": "\#($0).ppm", "width": 64, "height": 48}"# }
      let boxes = ["[4, 4, 26, 36]", "null"].map { #"{"image_id": 1, "category_id": 7, "bbox": \#($0)}"# }
      try write(
        """
        {"images": [\(images.joined(separator: ","))], "annotations": [\(boxes.joined(separator: ","))],
         "categories": [{"id": 7, "name": "dog"}]}
        """, "val.json")
    }
    let arguments = ["val", "--model", "model.safetensors", "--imgsz", "64", "--data", kind]
    let outcome = try program.run(arguments + ["--json"], hasModel: false)
    #expect(outcome.status == 0, "\(outcome.error)")
    let report = try object(outcome.output)
    let classes = try #require(report["classes"] as? [[String: Any]], "\(report.keys)")
    #expect(report["images"] as? Int == 1 && classes.map { $0["objects"] as? Int } == [1], "\(report)")
    let label =
      kind == "voc"
      ? "1 unusable label file, images left out (3.xml)" : "1 unusable row, left out (val.json: annotations[1])"
    #expect(outcome.error.contains("yolostream: data: \(label)\n"), "\(outcome.error)")
    #expect(
      outcome.error.contains("yolostream: data: 1 missing, damaged or truncated image, left out ("), "\(outcome.error)")
    // Without a single image there is nothing to measure.
    try write("no image", kind == "voc" ? "JPEGImages/1.ppm" : "images/val/1.ppm")
    let nothing = try program.run(arguments, hasModel: false)
    #expect(
      nothing.status == 65 && nothing.error.contains(kind == "voc" ? "none of its 1 images" : "none of its 2 images"),
      "\(nothing.error)")
    let elsewhere = try program.run(arguments + ["--images", "elsewhere"], hasModel: false)
    #expect(elsewhere.status == 66 && elsewhere.error.contains("elsewhere"), "\(elsewhere.error)")
  }

  /// AP of the reference pipeline with these weights: 0.3687 (see the README).
  @Test(.enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
  func `val gives the reference's AP and keeps the detections`() throws {
    let program = try program.get()
    let outcome = try program.run(
      [
        "val", "--model", SharedMaterial.file("reference/weights/yolov9t-coco.safetensors").path, "--data",
        SharedMaterial.file("data/coco-val/instances.json").path, "--save-json", "found.json", "--json",
      ], hasModel: false)
    #expect(outcome.status == 0, "\(outcome.error)")
    let report = try object(outcome.output)
    let summary = try #require(report["summary"] as? [String: Double])
    #expect(abs((summary["AP"] ?? 0) - 0.3687) < 0.002 && (report["images"] as? Int) == 150, "\(summary)")
    let found = try JSONSerialization.jsonObject(with: Data(program.text("found.json").utf8)) as? [[String: Any]]
    #expect(found?.count == report["detections"] as? Int && found?.first?["category_id"] != nil)
  }

  /// What its card states, at the least.
  @Test(.enabled(if: SharedMaterial.isPresent, Comment(rawValue: SharedMaterial.absence)))
  func `the model that comes with the package is as good as it must be`() throws {
    let program = try program.get()
    let outcome = try program.run(
      ["val", "--data", SharedMaterial.file("data/detection20").path, "--json"], hasModel: false)
    #expect(outcome.status == 0, "\(outcome.error)")
    let report = try object(outcome.output)
    let summary = try #require(report["summary"] as? [String: Double])
    #expect(summary["AP50"] ?? 0 >= 0.40, "\(summary)")
    let classes = try #require(report["classes"] as? [[String: Any]], "\(report.keys)")
    let person = try #require(classes.first { $0["name"] as? String == "person" }, "\(classes)")
    #expect(person["AP50"] as? Double ?? 0 >= 0.55, "\(person)")
  }
}
