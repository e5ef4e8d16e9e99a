import Batch
import Inference
import Rules
import Scene
import Settings

extension BatchArguments {
  /// All that results depend on besides their input.
  ///
  /// - Parameters:
  ///   - words: the words of `--classes`.
  ///   - imagesAreSequence: whether images of a folder have tracks.
  func settings(
    of detector: Detector, _ model: BatchSettings.Model, classes words: [String], imagesAreSequence: Bool
  ) -> BatchSettings {
    let options = detector.options
    let (part, detection, tracking, rules) = (analysis.part, analysis.detection, analysis.tracking, analysis.rules)
    var values: [String: String?] = [
      "imgsz": "\(options.height)x\(options.width)", "rect": "\(!options.isSquare)", "conf": "\(detection.confidence)",
      "iou": "\(detection.overlap)", "max-det": "\(detection.maxDet)", "tile": detection.tile?.description,
      "class-conf": detection.classConf,
      "class-iou": detection.classIou, "agnostic-nms": "\(detection.isAgnostic)",
      "classes": words.isEmpty ? nil : words.joined(separator: ","), "track": "\(tracking.track)",
      "track-buffer": "\(tracking.trackBuffer)", "start": part.start.map { "\($0)" },
      "start-time": part.startTime.map { "\($0.milliseconds)" }, "duration": part.duration.map { "\($0)" },
      "vid-stride": "\(part.vidStride)", "max-frames": part.maxFrames.map(String.init),
      "image-rate": "\(part.imageRate ?? (imagesAreSequence ? 25 : 1))", "save-conf": "\(appearance.saveConf)",
      "save-id": "\(appearance.saveId)", "coco-reference": appearance.cocoReference,
      "line-thickness": appearance.lineThickness.map(String.init), "hide-labels": "\(appearance.hideLabels)",
      "hide-conf": "\(appearance.hideConf)", "loiter": rules.loiter.map { "\($0)" },
      "loiter-sum": rules.loiterSum ? "true" : nil,
      "zone": Self.text(rules.zone.map { ($0.name, $0.area.corners) }),
      "line": Self.text(rules.line.map { ($0.name, [$0.a, $0.b]) }),
      "speed": rules.speed.isEmpty
        ? nil : rules.speed.map { "\($0)" }.joined(separator: " ") + " \(rules.speedUnit.rawValue)",
      "config": rules.config.map { "\((try? FileHash.sha256($0)) ?? $0) \(rules.cameraName ?? "")" },
      "mask": Self.text(rules.mask.map { ("", $0.corners) }),
    ]
    for rule in rules.added.values { values[rule.entry.name] = rule.text }
    return BatchSettings(
      version: ProgramVersion.current, model: model, precision: options.precision.rawValue,
      classes: detector.classes.names, options: values.compactMapValues { $0 })
  }

  /// Areas as the command line has them; `nil` for none.
  private static func text(_ areas: [(name: String, corners: [Polygon.Corner])]) -> String? {
    let texts = areas.map { area in
      (area.name.isEmpty ? "" : area.name + ":") + area.corners.map { "\($0.x),\($0.y)" }.joined(separator: ";")
    }
    return texts.isEmpty ? nil : texts.joined(separator: " ")
  }
}
