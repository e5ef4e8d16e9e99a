import Capture
import Foundation
import Imaging
import Outputs
import Scene

/// What the network found in one frame: a line of the file of a part.
struct RecordedFrame: Codable, Hashable, Sendable {
  /// Hash of the frame's pixels, by which it is known again.
  let frame: String
  /// When it is shown, in seconds of the source.
  let time: Double
  /// Left, top, right and bottom edge in pixels, score, class: each number as short as it can be and still be read back as
  /// the same value.
  let boxes: [[Float]]

  init(frame: String, time: Double, _ detections: [Detection]) {
    self.frame = frame
    self.time = time
    boxes = detections.map { detection in
      let box = detection.box
      return [box.minX, box.minY, box.maxX, box.maxY, detection.score, Float(detection.classID)]
    }
  }

  /// The detections; `nil` if the line holds anything that no network gives: it is damaged, or was changed.
  var detections: [Detection]? {
    var detections: [Detection] = []
    for values in boxes {
      guard values.count == 6, let classID = Int(exactly: values[5]), (0..<1 << 20).contains(classID),
        (0...1).contains(values[4]), values[..<4].allSatisfy({ abs($0) < 1e7 }), values[0] <= values[2],
        values[1] <= values[3]
      else { return nil }
      let box = Box(minX: values[0], minY: values[1], maxX: values[2], maxY: values[3])
      detections.append(Detection(box: box, score: values[4], classID: classID))
    }
    return detections
  }
}

/// Writes all that the network found in each frame, before tracking and thresholds: what a part of a long input is for.
struct DetectionRecorder: ~Copyable, Sink {
  static let kind = SinkKind(
    "part", "What the network found in each frame.", ending: ".jsonl", needs: .pixels, isForFiles: true
  ) { path, _ throws(OutputError) in
    DetectionRecorder(file: try LineFile(path: path))
  }

  private var file: LineFile
  private let encoder = JSONEncoder()

  private init(file: consuming LineFile) {
    self.file = file
    encoder.outputFormatting = .sortedKeys
  }

  mutating func take(_ frame: SinkFrame) throws(OutputError) {
    guard let pixels = frame.pixels else { return }
    do {
      let line = RecordedFrame(
        frame: try pixels.buffer.fingerprint(), time: frame.findings.stamp.seconds, frame.findings.detections)
      try file.append(String(decoding: try encoder.encode(line), as: UTF8.self) + "\n")
    } catch let error as OutputError { throw error } catch {
      throw OutputError(.writeFailed, "cannot write \(file.path): \(error)")
    }
  }
}
