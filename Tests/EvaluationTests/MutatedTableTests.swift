import TestSupport
import Testing

@testable import Evaluation

/// Bent tables of tracks and rows of labels are read or refused with their line, never a crash.
@Suite struct MutatedTableTests {
  @Test func `bent tables of tracks are read or refused`() throws {
    let corpus = [
      "1,-1,10.5,20,30,40,0.9,-1,-1,-1\r\n\n2,3,1,2,3,4,1,5.5,6.5,0\n",
      "1,1,349.53,137.19,27.59,81.47,1,1,0.5\n2,1,1,1,1,1,0,7,1\n",
      "1,2,3,4,5,6\n", "\u{FEFF}1,1,0,0,10,10,1,1,1\r\n",
    ]
    try Mutations.each(of: corpus, name: "tracks", usual: 2000) { seed, bytes in
      do throws(EvaluationError) {
        let file = try TrackFile.parse(bytes, path: "t.txt")
        #expect(file.records.allSatisfy { $0.frame > 0 && $0.box.width >= 0 && $0.box.height.isFinite }, "seed \(seed)")
      } catch { #expect(error.description.hasPrefix("t.txt:"), "seed \(seed): \(error)") }
    }
  }

  @Test(arguments: [nil, 9])
  func `bent rows of labels are read or refused`(poseColumns: Int?) throws {
    let corpus = [
      "0 0.5 0.5 0.2 0.2\n1 0.1 0.1 0.05 0.05\n", "0 0.1 0.1 0.2 0.1 0.2 0.2 0.1 0.2\n", "\u{FEFF}3 .5 .5 1 1\r\n",
      "0 0.5 0.5 0.2 0.2 0.1 0.1 2 0.3 0.3 1 0.5 0.5 0\n", "0\t1.0\t1.0\t0.1\t0.1",
    ]
    try Mutations.each(of: corpus, name: "labels", usual: 2000) { seed, bytes in
      do throws(LabelFile.Refusal) {
        let file = try LabelFile(bytes, classCount: 5, poseColumns: poseColumns)
        for object in file.objects {
          #expect(
            (0..<5).contains(object.classID) && object.box.left >= 0 && object.box.left + object.box.width < 1.001,
            "seed \(seed)")
        }
      } catch { #expect(error.line > 0 && !error.sentence.isEmpty, "seed \(seed)") }
    }
  }
}
