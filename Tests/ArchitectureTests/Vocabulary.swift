import Foundation

/// Words that this project once used for common things, with the standard terms. Names, comments, messages and documents
/// use the standard terms.
struct Vocabulary {
  /// An old term as lower-case words, and its replacement.
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
    Term("wished", "requested"), Term("whom", "that, which"), Term("is asked", "is called, is checked"),
    Term("are asked", "are requested"), Term("tells", "reports, returns"), Term("says", "states, reports, returns"),
    Term("news", "change, event"), Term("whoever", "the user, the caller"), Term("goodbye", "closes the connection"),
  ]

  /// Old terms in a text, with their lines (from 1).
  static func findings(in text: String) -> [(line: Int, term: Term)] {
    // A constant of FFmpeg.
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

  /// The words of `text` in lower case, also those within names such as `keyPictureGate` or `KEY_PICTURE`.
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
  /// How many old terms a folder can still have. These numbers may only fall; a folder that is not listed counts in the total
  /// only.
  static let budget: [String: Int] = [
    ".": 0,
    "Documentation": 20,
    "Sources/Batch": 10,
    "Sources/CFFmpeg": 0,
    "Sources/CFreeType": 0,
    "Sources/CMPI": 0,
    "Sources/CMosquitto": 0,
    "Sources/COneDNN": 0,
    "Sources/CPixelRows": 0,
    "Sources/CV4L2": 0,
    "Sources/Capture": 0,
    "Sources/Checkpoints": 25,
    "Sources/Diagnosis": 0,
    "Sources/Evaluation": 0,
    "Sources/EventStore": 10,
    "Sources/FFmpeg": 0,
    "Sources/FreeType": 0,
    "Sources/GELAN": 0,
    "Sources/Imaging": 0,
    "Sources/Inference": 0,
    "Sources/Kernels": 0,
    "Sources/LiveView": 45,
    "Sources/MPI": 0,
    "Sources/MQTT": 15,
    "Sources/ModelStore": 10,
    "Sources/OneDNN": 0,
    "Sources/Outputs": 0,
    "Sources/Pipeline": 0,
    "Sources/Publishing": 15,
    "Sources/README.md": 0,
    "Sources/Recording": 30,
    "Sources/RingBuffer": 0,
    "Sources/Rules": 15,
    "Sources/Scene": 0,
    "Sources/Service": 130,
    "Sources/Settings": 60,
    "Sources/Spooling": 0,
    "Sources/Streaming": 0,
    "Sources/Tracking": 0,
    "Sources/Training": 0,
    "Sources/V4L2": 0,
    "Sources/Web": 70,
    "Sources/Webhooks": 10,
    "Sources/yolostream": 10,
    "Tests/ArchitectureTests": 0,
    "Tests/BatchTests": 10,
    "Tests/CaptureTests": 0,
    "Tests/CheckpointsTests": 15,
    "Tests/CommandTests": 15,
    "Tests/DiagnosisTests": 0,
    "Tests/EvaluationTests": 0,
    "Tests/EventStoreTests": 10,
    "Tests/FFmpegTests": 0,
    "Tests/FreeTypeTests": 0,
    "Tests/GELANTests": 0,
    "Tests/ImagingTests": 0,
    "Tests/InferenceTests": 0,
    "Tests/KernelChecks": 0,
    "Tests/LiveViewTests": 0,
    "Tests/MPITests": 0,
    "Tests/MQTTTests": 10,
    "Tests/ModelStoreTests": 10,
    "Tests/OneDNNTests": 0,
    "Tests/OutputsTests": 0,
    "Tests/PipelineTests": 0,
    "Tests/PublishingTests": 10,
    "Tests/RecordingTests": 55,
    "Tests/RingBufferTests": 0,
    "Tests/RulesTests": 15,
    "Tests/SceneTests": 0,
    "Tests/ServiceTests": 50,
    "Tests/SettingsTests": 20,
    "Tests/SpoolingTests": 10,
    "Tests/StreamingTests": 0,
    "Tests/TestSupport": 0,
    "Tests/TrackingTests": 0,
    "Tests/TrainingTests": 0,
    "Tests/V4L2Tests": 0,
    "Tests/WebTests": 0,
    "Tests/WebhooksTests": 10,
    "Tests/run.sh": 0,
    "Tests/smoke.sh": 0,
    "Tests/vm": 20,
    "samples": 0,
    "systemd": 10,
  ]
}
