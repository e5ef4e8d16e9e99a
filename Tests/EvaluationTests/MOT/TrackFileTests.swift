import Evaluation
import Testing

@Suite struct TrackFileTests {
  private func parse(_ text: String) throws -> TrackFile { try TrackFile.parse(Array(text.utf8), path: "rows.txt") }

  @Test func `rows of the three benchmarks are understood`() throws {
    let mot15 = try parse("1,-1,10.5,20,30,40,0.9,-1,-1,-1\r\n\n2,3,1,2,3,4,1,5.5,6.5,0\n")
    #expect(mot15.layout == .mot15)
    #expect(mot15.records.map(\.id) == [-1, 3])
    #expect(mot15.records[0].box == PreciseBox(left: 10.5, top: 20, width: 30, height: 40))
    #expect(mot15.records.allSatisfy { $0.classID == nil })
    let mot16 = try parse("1, 1, 10, 20, 30, 40, 0, 7, 0.25")
    #expect(mot16.layout == .mot16)
    #expect(mot16.records.map(\.classID) == [7])
    #expect(mot16.records.map(\.confidence) == [0])
    #expect(try parse("1,-1,10,20,30,40,0.5").records.map(\.confidence) == [0.5])
    #expect(try parse("").records.isEmpty)
  }

  @Test(
    arguments: [
      ("1,2,3,4,5", 1, "expected 6 or more columns"),
      ("1,1,1,1,1,1,1\n1,2,1,1,1,1", 2, "expected 7 columns as in the rows before, got 6"),
      ("0,1,1,1,1,1", 1, "expected a frame number from 1, got 0"),
      ("1.5,1,1,1,1,1", 1, "expected an integer as frame, got '1.5'"),
      ("1,x,1,1,1,1", 1, "expected a number as identity, got 'x'"),
      ("\n1,1,nan,1,1,1", 2, "expected a number as left, got 'nan'"),
      ("1,1,1,1e99,1,1", 1, "expected a number as top, got '1e99'"),
      ("1,1,1,1,-4,1", 1, "expected a width and height of at least 0"),
      ("1,7,1,1,1,1\n1,7,2,2,1,1", 2, "expected each identity once a frame, got 7 a second time in frame 1"),
      ("1,1,1,1,1,1,high", 1, "expected a number as confidence, got 'high'"),
      ("99999999999999999999,1,1,1,1,1", 1, "as frame"),
    ] as [(String, Int, String)])
  func `a broken row is refused with the file, the line and what was expected`(
    text: String, line: Int, sentence: String
  ) throws {
    let error = try #require(throws: EvaluationError.self) { try parse(text) }
    #expect(error.code == .malformed)
    #expect(error.description.hasPrefix("rows.txt:\(line): "))
    #expect(error.description.contains(sentence), "\(error)")
  }

  /// What `numpy.savetxt`, spreadsheets and trackers write; TrackEval reads all of these.
  @Test(
    arguments: [
      "1 7 10.5 20 30 40 0.5 -1 -1 -1", "1\t7\t10.5\t20\t30\t40\t0.5\t-1\t-1\t-1\r\n",
      "1;7;10.5;20;30;40;0.5;-1;-1;-1", "1,7,10.5,20,30,40,0.5,-1,-1,-1,\n",
      "1, 7, 10.5, 20, 30, 40, 0.5, -1, -1, -1 , ",
      "1.0e+00 7.000000000000000000e+00 1.05e+01 2e1 3.0e+01 4.0e+01 5e-01", "1.0,7.0,10.5,20,30,40,.5",
      "1,7,10.5,20,30,40,0.5,-1,-1,-1,0,0", "1,7,10.5,20,30,40,0.5,-1,-1", "1,7,10.5,20,30,40,0.5,-1",
    ])
  func `rows in the forms that tools write are read alike`(text: String) throws {
    let file = try parse(text)
    #expect(file.layout == .mot15)
    #expect(
      file.records == [
        TrackRecord(frame: 1, id: 7, box: PreciseBox(left: 10.5, top: 20, width: 30, height: 40), confidence: 0.5)
      ])
  }

  @Test func `eight columns with a class are those of MOT16`() throws {
    let file = try parse("1,7,10,20,30,40,1,1\n2,7,10,20,30,40,1,-1\n")
    #expect(file.layout == .mot16 && file.records.map(\.classID) == [1, nil])
  }

  @Test func `bytes that are no text are refused`() throws {
    let error = try #require(throws: EvaluationError.self) {
      try TrackFile.parse([0x31, 0xFF, 0xFE], path: "rows.txt")
    }
    #expect(error.line == 1)
  }

  @Test(arguments: ["1,7,1,1,2,2,1\n1,7,4,4,2,2,1\n", "1,car,1,1,2,2,1\n1,,4,4,2,2,1\n"])
  func `identities of detections are ignored, repeated ones too`(text: String) throws {
    let file = try TrackFile.parse(Array(text.utf8), path: "det.txt", ignoresIdentities: true)
    #expect(file.records.map(\.id) == [-1, -1])
  }

  @Test func `what is written reads back`() throws {
    let records = [
      TrackRecord(frame: 1, id: 4, box: PreciseBox(left: -1.5, top: 0.125, width: 30, height: 40.001), confidence: 0.5)
    ]
    #expect(try parse(TrackFile.text(records)).records == records)
  }
}

@Suite struct SequenceInfoTests {
  @Test func `the frame rate is found beside the file or in the folder above`() throws {
    let folder = try TemporaryFolder()
    #expect(try SequenceInfo.beside(folder.url.appending(path: "det/det.txt").path) == nil)
    try folder.write("[Sequence]\nname=A\nframeRate = 14\nseqLength=71\n", to: "seqinfo.ini")
    #expect(try SequenceInfo.beside(folder.url.appending(path: "det/det.txt").path)?.frameRate == 14)
    #expect(try SequenceInfo.beside(folder.url.appending(path: "det.txt").path)?.frameRate == 14)
  }

  @Test func `a description may lack the frame rate or the length`() throws {
    let info = try SequenceInfo.parse(Array("[Sequence]\nseqLength=71\n".utf8), path: "seqinfo.ini")
    #expect(info.frameRate == nil && info.length == 71)
  }

  @Test(arguments: ["frameRate=0", "frameRate=x", "frameRate=", "frameRate=nan", "seqLength=0", "seqLength=1.5"])
  func `a description with an unusable frame rate or length is refused`(text: String) {
    #expect(throws: EvaluationError.self) { try SequenceInfo.parse(Array(text.utf8), path: "seqinfo.ini") }
  }
}

@Suite struct TrackSequenceTests {
  @Test func `folders are paired by the names of their sequences`() throws {
    let folder = try TemporaryFolder()
    try folder.write("", to: "truth/B/gt/gt.txt")
    try folder.write("", to: "truth/A/gt.txt")
    try folder.write("", to: "tracks/A.txt")
    let truth = folder.url.appending(path: "truth").path
    let tracks = folder.url.appending(path: "tracks").path
    let pairs = try TrackSequence.pairs(truths: [truth], tracks: [tracks])
    #expect(pairs.map(\.name) == ["A", "B"])
    #expect(pairs.map(\.tracks) == ["A", "B"].map { "\(tracks)/\($0).txt" })
    // The tracks of B are not there: said when they are read.
    #expect(throws: EvaluationError.self) { try pairs[1].metrics() }
    let single = try TrackSequence.pairs(truths: ["\(truth)/A/gt.txt", "\(truth)/B"], tracks: ["x.txt", "y.txt"])
    #expect(single.map(\.name) == ["A", "B"])
    #expect(single.map(\.tracks) == ["x.txt", "y.txt"])
  }

  @Test func `tracks may lie in a folder data, detections are not scored as tracks`() throws {
    let folder = try TemporaryFolder()
    let row = "1,1,0,0,10,10,1,-1,-1,-1\n"
    try folder.write(row, to: "truth/A/gt/gt.txt")
    try folder.write(row, to: "tracker/data/A.txt")
    let pair = try TrackSequence.pairs(truths: [folder.path + "/truth"], tracks: [folder.path + "/tracker"])[0]
    #expect(try pair.metrics().clear.accuracy == 1)
    try folder.write("1,-1,0,0,10,10,1,-1,-1,-1\n1,-1,50,0,10,10,1,-1,-1,-1\n", to: "tracker/data/A.txt")
    let error = #expect(throws: EvaluationError.self) { try pair.metrics() }
    #expect(error?.code == .mismatched)
  }

  @Test(arguments: [("MOT17-01", 1), ("MOT20-01", 0)])
  func `a track on a vehicle without a motor is left out in MOT20`(name: String, falsePositives: Int) throws {
    let folder = try TemporaryFolder()
    try folder.write("1,1,0,0,10,10,1,1,1\n1,2,50,0,10,10,0,6,1\n", to: "truth/\(name)/gt/gt.txt")
    try folder.write("1,1,0,0,10,10,1,-1,-1,-1\n1,2,50,0,10,10,1,-1,-1,-1\n", to: "tracks/\(name).txt")
    let pair = try TrackSequence.pairs(truths: [folder.path + "/truth"], tracks: [folder.path + "/tracks"])[0]
    #expect(try pair.metrics().clear.falsePositives == falsePositives)
  }

  @Test(arguments: ["1,1,0,0,10,10,0.9,-1,-1,-1", "1,1,0,0,10,10,1,0,1", "1,1,0,0,10,10,0,1,1"])
  func `ground truth of which nothing is scored is refused`(row: String) throws {
    let folder = try TemporaryFolder()
    let truth = try folder.write(row, to: "gt.txt")
    let tracks = try folder.write("1,1,0,0,10,10,1,-1,-1,-1", to: "tracks.txt")
    let pair = try TrackSequence.pairs(truths: [truth], tracks: [tracks])[0]
    #expect(throws: EvaluationError.self) { try pair.metrics() }
  }

  @Test func `what cannot be paired is refused`() throws {
    let folder = try TemporaryFolder()
    #expect(throws: EvaluationError.self) { try TrackSequence.pairs(truths: [folder.path], tracks: ["x.txt"]) }
    #expect(throws: EvaluationError.self) { try TrackSequence.pairs(truths: ["a.txt", "b.txt"], tracks: ["x.txt"]) }
    #expect(throws: EvaluationError.self) {
      try TrackSequence.pairs(truths: ["a.txt", "a.txt"], tracks: [folder.path])
    }
  }
}
