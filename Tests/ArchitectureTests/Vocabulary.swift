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
    ".": 1,
    "Documentation": 1,
    "Sources/CFFmpeg": 0,
    "Sources/CFreeType": 0,
    "Sources/CKernels": 24,
    "Sources/CMPI": 0,
    "Sources/COneDNN": 0,
    "Sources/CPixelRows": 0,
    "Sources/CV4L2": 0,
    "Sources/Capture": 3,
    "Sources/Evaluation": 89,
    "Sources/FFmpeg": 2,
    "Sources/FreeType": 0,
    "Sources/GELAN": 54,
    "Sources/Imaging": 1,
    "Sources/Inference": 117,
    "Sources/MPI": 0,
    "Sources/ModelStore": 1,
    "Sources/OneDNN": 6,
    "Sources/Outputs": 108,
    "Sources/Pipeline": 3,
    "Sources/README.md": 13,
    "Sources/RingBuffer": 0,
    "Sources/Scene": 0,
    "Sources/Service": 249,
    "Sources/Streaming": 65,
    "Sources/Tracking": 4,
    "Sources/Training": 229,
    "Sources/V4L2": 0,
    "Sources/yolostream": 100,
    "Tests/ArchitectureTests": 0,
    "Tests/CaptureTests": 1,
    "Tests/CommandTests": 73,
    "Tests/EvaluationTests": 25,
    "Tests/FFmpegTests": 0,
    "Tests/FreeTypeTests": 0,
    "Tests/GELANTests": 8,
    "Tests/ImagingTests": 0,
    "Tests/InferenceTests": 33,
    "Tests/MPITests": 0,
    "Tests/ModelStoreTests": 3,
    "Tests/OneDNNTests": 0,
    "Tests/OutputsTests": 44,
    "Tests/PipelineTests": 0,
    "Tests/RingBufferTests": 0,
    "Tests/SceneTests": 0,
    "Tests/ServiceTests": 92,
    "Tests/StreamingTests": 8,
    "Tests/TestSupport": 2,
    "Tests/TrackingTests": 2,
    "Tests/TrainingTests": 54,
    "Tests/V4L2Tests": 0,
    "Tests/run.sh": 0,
    "Tests/vm": 1,
    "samples": 18,
    "systemd": 0,
  ]
}
