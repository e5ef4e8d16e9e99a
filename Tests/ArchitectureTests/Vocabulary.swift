import Foundation

/// Terms that this project once had for itself, and what the field says. Names, comments, messages and documents use the
/// field's.
struct Vocabulary {
  /// A term as lower-case words, and what stands for it.
  struct Term: Sendable {
    let words: [String]
    let instead: String

    init(_ text: String, _ instead: String) {
      words = text.split(separator: " ").map(String.init)
      self.instead = instead
    }
  }

  static let terms: [Term] = [
    Term("picture", "frame (of a video), image (a still)"), Term("whole number", "int8, integer"),
    Term("number for 0", "zero point"), Term("number for zero", "zero point"), Term("told", "reported, printed"),
    Term("looked at", "inferred, read"), Term("is away", "is offline"), Term("are away", "are offline"),
    Term("sound", "audio"), Term("anew", "again"), Term("begun", "started"), Term("wish", "requested"),
    Term("wished", "requested"),
  ]

  /// What a file still says in the old way: the line (from 1) and the term.
  static func findings(in text: String) -> [(line: Int, term: Term)] {
    // A constant of FFmpeg is called so.
    let words = words(of: text.replacing("AV_PICTURE_TYPE", with: "AV_TYPE"))
    var result: [(line: Int, term: Term)] = []
    for start in words.indices {
      for term in terms where start + term.words.count <= words.count {
        let isHere = term.words.indices.allSatisfy { offset in
          let word = words[start + offset].text
          return word == term.words[offset] || word == term.words[offset] + "s"
        }
        if isHere { result.append((words[start].line, term)) }
      }
    }
    return result
  }

  /// The words of `text` in lower case, also those inside of names such as `keyPictureGate` or `KEY_PICTURE`.
  private static func words(of text: String) -> [(text: String, line: Int)] {
    var result: [(text: String, line: Int)] = []
    var line = 1
    var word: [UInt8] = []
    var wasLower = false
    func finish() {
      if !word.isEmpty { result.append((String(decoding: word, as: UTF8.self), line)) }
      word = []
    }
    for byte in text.utf8 {
      let isUpper = (65...90).contains(byte)
      let isLower = (97...122).contains(byte) || (48...57).contains(byte)
      if isUpper && wasLower || !isUpper && !isLower { finish() }
      if byte == 10 { line += 1 }
      if isUpper || isLower { word.append(isUpper ? byte + 32 : byte) }
      wasLower = isLower
    }
    finish()
    return result
  }
}

extension Vocabulary {
  /// How many old terms a folder may still have. A number here may only fall; a folder that is not listed is new, and what
  /// moved there counts in the total.
  static let budget: [String: Int] = [
    ".": 5,
    "Documentation": 5,
    "Sources/CFFmpeg": 0,
    "Sources/CFreeType": 0,
    "Sources/CMPI": 0,
    "Sources/COneDNN": 0,
    "Sources/CPixelRows": 0,
    "Sources/CV4L2": 0,
    "Sources/Capture": 5,
    "Sources/Checkpoints": 15,
    "Sources/Evaluation": 100,
    "Sources/FFmpeg": 5,
    "Sources/FreeType": 0,
    "Sources/GELAN": 50,
    "Sources/Imaging": 5,
    "Sources/Inference": 130,
    "Sources/Kernels": 0,
    "Sources/MPI": 0,
    "Sources/ModelStore": 5,
    "Sources/OneDNN": 10,
    "Sources/Outputs": 115,
    "Sources/Pipeline": 5,
    "Sources/README.md": 15,
    "Sources/RingBuffer": 0,
    "Sources/Rules": 10,
    "Sources/Scene": 5,
    "Sources/Service": 275,
    "Sources/Streaming": 75,
    "Sources/Tracking": 5,
    "Sources/Training": 255,
    "Sources/V4L2": 0,
    "Sources/yolostream": 110,
    "Tests/ArchitectureTests": 0,
    "Tests/CaptureTests": 5,
    "Tests/CheckpointsTests": 10,
    "Tests/CommandTests": 85,
    "Tests/EvaluationTests": 30,
    "Tests/FFmpegTests": 0,
    "Tests/FreeTypeTests": 0,
    "Tests/GELANTests": 0,
    "Tests/ImagingTests": 0,
    "Tests/InferenceTests": 40,
    "Tests/MPITests": 0,
    "Tests/ModelStoreTests": 5,
    "Tests/OneDNNTests": 0,
    "Tests/OutputsTests": 50,
    "Tests/PipelineTests": 0,
    "Tests/RingBufferTests": 0,
    "Tests/RulesTests": 10,
    "Tests/SceneTests": 0,
    "Tests/ServiceTests": 105,
    "Tests/StreamingTests": 10,
    "Tests/TestSupport": 5,
    "Tests/TrackingTests": 5,
    "Tests/TrainingTests": 60,
    "Tests/V4L2Tests": 0,
    "Tests/run.sh": 0,
    "Tests/smoke.sh": 0,
    "Tests/vm": 5,
    "samples": 20,
    "systemd": 0,
  ]
}
