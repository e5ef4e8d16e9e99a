import Foundation
import TestSupport
import Testing

@testable import Batch

/// A folder of empty files: what is in them does not matter here.
private final class Files {
  let scratch: ScratchFolder
  var root: String { scratch.path }

  init(_ paths: [String]) throws {
    scratch = try ScratchFolder()
    for path in paths { try write("", to: path) }
  }

  func write(_ text: String, to path: String) throws {
    let url = URL(filePath: "\(root)/\(path)")
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  /// The paths of the inputs that `words` name, below the folder, and their names.
  func inputs(_ words: [String], output: String = "results") throws -> [String: String] {
    let list = try InputList(words.map { "\(root)/\($0)" }, outputFolder: "\(root)/\(output)")
    return Dictionary(
      uniqueKeysWithValues: list.inputs.map {
        ($0.path == root ? "" : String($0.path.dropFirst(root.count + 1)), $0.name)
      })
  }
}

@Suite struct InputListTests {
  @Test func `a folder is read with all folders in it, and results keep their places`() throws {
    let files = try Files([
      "v/a.mp4", "v/day/b.MKV", "v/day/c.txt", "v/day/d.dav", "v/.hidden/d.mp4", "v/.e.mp4", "v/stills/1.jpg",
      "v/stills/2.png",
      "f.mp4",
    ])
    #expect(
      try files.inputs(["v"]) == [
        "v/a.mp4": "a", "v/day/b.MKV": "day/b", "v/day/d.dav": "day/d", "v/stills": "stills",
      ])
  }

  /// To root every folder is readable.
  @Test(.enabled(if: geteuid() != 0))
  func `a folder that cannot be read is an input that fails, not one that is left out`() throws {
    let files = try Files(["v/a.mp4", "v/closed/b.mp4", "v/lost+found/c.mp4"])
    let folders = ["closed", "lost+found"].map { "\(files.root)/v/\($0)" }
    for folder in folders { #expect(chmod(folder, 0) == 0) }
    defer { for folder in folders { chmod(folder, 0o700) } }
    #expect(try files.inputs(["v"]) == ["v/a.mp4": "a", "v/closed": "closed"])
  }

  @Test(
    arguments: [
      ("v/*.mp4", ["v/a.mp4", "v/b1.mp4", "v/b2.mp4"]), ("v/b[12].mp4", ["v/b1.mp4", "v/b2.mp4"]),
      ("v/b[!1].mp4", ["v/b2.mp4"]), ("v/b?.mp4", ["v/b1.mp4", "v/b2.mp4"]), ("*/in/x.avi", ["v/in/x.avi"]),
      ("**/*.avi", ["v/in/deep/y.avi", "v/in/x.avi"]), ("v/in*", ["v/in/deep/y.avi", "v/in/x.avi"]),
    ])
  func `a pattern is what a shell makes of it`(pattern: String, paths: [String]) throws {
    let files = try Files([
      "v/a.mp4", "v/b1.mp4", "v/b2.mp4", "v/.h.mp4", "v/in/x.avi", "v/in/deep/y.avi", "v/.hidden/z.avi",
    ])
    #expect(try files.inputs([pattern]).keys.sorted() == paths)
  }

  @Test func `a pipe is no file, also behind a link`() throws {
    let files = try Files(["a.mp4"])
    let pipe = files.root + "/pipe.mp4", link = files.root + "/link.mp4"
    #expect(mkfifo(pipe, 0o600) == 0)
    try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: pipe)
    #expect(FileFacts.isSpecial(pipe) && FileFacts.isSpecial(link))
    for path in [files.root, files.root + "/a.mp4", files.root + "/none.mp4"] { #expect(!FileFacts.isSpecial(path)) }
  }

  @Test func `a file address may hold escapes, and another address is refused without its password`() throws {
    let files = try Files(["v/my video.mp4"])
    for scheme in ["file", "FILE"] {
      let list = try InputList(["\(scheme)://\(files.root)/v/my%20video.mp4"], outputFolder: "/none")
      #expect(list.inputs.map(\.path) == ["\(files.root)/v/my video.mp4"])
    }
    let error = #expect(throws: BatchError.self) { try InputList(["rtsp://me:hidden@h/a"], outputFolder: "/none") }
    #expect(error?.code == .usage && error?.description.contains("hidden") == false, "\(error as Any)")
  }

  @Test func `lists name files beside them, and may name what is not there`() throws {
    let files = try Files(["v/a.mp4", "v/b, c.mp4"])
    try files.write("# videos\n\n  a.mp4  \r\nmissing.mp4\n", to: "v/list.txt")
    try files.write("id,Path,label\n1,a.mp4,x\n2,\"b, c.mp4\",\"say \"\"y\"\"\"\n", to: "v/list.csv")
    let one = try InputList(["\(files.root)/v/list.txt"], outputFolder: "/none").inputs
    #expect(one.map(\.path) == ["\(files.root)/v/a.mp4", "missing.mp4"])
    #expect(try files.inputs(["v/list.csv"]).keys.sorted() == ["v/a.mp4", "v/b, c.mp4"])
  }

  @Test func `equal stems get different names, by as little as it takes`() throws {
    let files = try Files(["x/clip.mp4", "y/clip.mp4", "y/clip.avi", "y/other.mp4", "z/clip.mp4"])
    let names = try files.inputs(["x/clip.mp4", "y", "z/clip.mp4"])
    #expect(
      names == [
        "x/clip.mp4": "x_clip", "y/clip.mp4": "y_clip_mp4", "y/clip.avi": "y_clip_avi", "y/other.mp4": "other",
        "z/clip.mp4": "z_clip",
      ])
  }

  @Test func `names never make two outputs one file`() throws {
    let files = try Files(["clip.mp4", "clip.events.mp4", "front.2024.mp4"])
    #expect(
      try files.inputs(["clip.mp4", "clip.events.mp4", "front.2024.mp4"])
        == ["clip.mp4": "clip", "clip.events.mp4": "clip_events", "front.2024.mp4": "front.2024"])
  }

  @Test func `an input is read once, and results are never inputs`() throws {
    let files = try Files(["v/a.mp4", "v/results/a.mp4", "v/results/deep/b.mp4"])
    #expect(try files.inputs(["v", "v/a.mp4", "v//./a.mp4"], output: "v/results") == ["v/a.mp4": "a"])
    #expect(throws: BatchError.self) { try files.inputs(["v"], output: "v") }
  }

  @Test func `a folder that links to itself has an end`() throws {
    let files = try Files(["v/a.mp4"])
    try FileManager.default.createSymbolicLink(
      atPath: "\(files.root)/v/again", withDestinationPath: "\(files.root)/v")
    #expect(try files.inputs(["v"]).count == 1)
  }

  @Test func `images that are named one by one are one input a folder`() throws {
    let files = try Files(["p/2.jpg", "p/1.jpg", "q/1.png"])
    let list = try InputList(["p/2.jpg", "p/1.jpg", "q/1.png"].map { "\(files.root)/\($0)" }, outputFolder: "/none")
    #expect(list.inputs.map(\.name) == ["p", "q"])
    #expect(list.inputs[0].files == ["\(files.root)/p/2.jpg", "\(files.root)/p/1.jpg"])
  }

  @Test(arguments: ["missing.mp4", "no*.mp4", "empty"])
  func `a word that leads to nothing is an error`(word: String) throws {
    let files = try Files(["empty/readme"])
    #expect(throws: BatchError.self) { try files.inputs([word]) }
  }

  @Test(
    arguments: [
      ("v", true), ("v/*.mp4", true), ("l.txt", true), ("p", false), ("v/a.mp4", false), ("gone", false), ("m", true),
    ])
  func `many inputs are recognised`(word: String, isMany: Bool) throws {
    let files = try Files(["v/a.mp4", "p/1.jpg", "l.txt", "m/1.jpg", "m/a.mp4"])
    #expect(InputList.isMany("\(files.root)/\(word)") == isMany)
  }

  @Test func `stars in a row take no more time than one`() {
    let pattern = String(repeating: "*", count: 40) + "b"
    #expect(!GlobPattern.matches(Substring(String(repeating: "a", count: 60)), pattern[...]))
  }
}
