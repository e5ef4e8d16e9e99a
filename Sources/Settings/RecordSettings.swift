import JSON
import Outputs

/// What is recorded of events of a camera, if there is a folder for it.
package struct RecordSettings: Hashable, Sendable {
  /// Whether a clip is cut from the camera's packets.
  package var hasClips = true
  /// Whether the best image of each object is kept.
  package var hasSnapshots = true
  /// Seconds of a clip before the first object was seen.
  package var preRoll = 5.0
  /// Seconds of a clip after the last object was seen.
  package var postRoll = 5.0
  /// Seconds that continuous recordings stay; without any of the three there are none.
  package var continuous: Double?
  /// Seconds that continuous recordings of motion stay, if that is longer.
  package var motion: Double?
  /// Seconds that continuous recordings of alerts stay, if that is longer.
  package var alerts: Double?
  /// How long clips and snapshots stay.
  package var retain = RetainSettings()

  /// Whether all that the camera sends is recorded.
  package var isContinuous: Bool { [continuous, motion, alerts].contains { $0 ?? 0 > 0 } }
  /// Whether something is made of the camera's packets as they are.
  package var usesPackets: Bool { hasClips || isContinuous }

  static let settings: [Setting<RecordSettings>] = [
    .value(
      "clips", \.hasClips, .switched, example: "true",
      "Whether there is a clip of each event: the stream as the camera sends it, or encoded again with privacy masks."),
    .value("snapshots", \.hasSnapshots, .switched, "Whether the best image of each object is kept, masks painted."),
    .value("pre_roll", \.preRoll, .duration(0...60), example: "5s", "What a clip shows before the object came."),
    .value("post_roll", \.postRoll, .duration(0...60), example: "5s", "What a clip shows after the object has gone."),
    .value(
      "continuous", \.continuous, .optional(.duration(0...3.2e8)),
      "Records all that the camera sends; age at which it is removed, such as 3d."),
    .value(
      "motion", \.motion, .optional(.duration(0...3.2e8)),
      "Records all that the camera sends; age at which what shows motion is removed, if later: 7d."),
    .value(
      "alerts", \.alerts, .optional(.duration(0...3.2e8)),
      "Records all that the camera sends; age at which what shows an alert is removed, if later: 30d."),
    .section(
      "retain", \.retain, RetainSettings.settings,
      "How long clips and snapshots stay, where outputs.storage is not to say."),
  ]
}

/// Where clips and snapshots go, and how long they stay.
package struct StorageSettings: Hashable, Sendable {
  /// The folder; `nil` records nothing.
  package var path: String?
  /// Seconds after which a recording is removed.
  package var maxAge: Double? = 10 * 86_400
  /// Bytes that recordings may take.
  package var maxSize: Int64?
  /// What stays free on the file system.
  package var minFree = FreeSpace.share(0.05)

  /// No folder.
  package init() {}

  static let settings: [Setting<StorageSettings>] = [
    .value(
      "path", \.path, .text("the path of a folder"), isRequired: true, example: "/var/lib/yolostream/media",
      "The folder of clips and snapshots of all cameras."),
    .value(
      "max_age", \.maxAge, .optional(.duration(1...3.2e8)), example: "10d", "Age at which recordings are removed."),
    .value("max_size", \.maxSize, .optional(.size), example: "500GB", "What recordings may take; the oldest go first."),
    .value("min_free", \.minFree, .freeSpace, example: "5%", "What stays free on the disk; the oldest go first."),
  ]
}

/// Room on a file system.
package enum FreeSpace: Hashable, Sendable {
  /// A part of all there is, 0...1.
  case share(Double)
  /// So many bytes.
  case bytes(Int64)

  /// In bytes, on a file system of `total` bytes.
  package func bytes(of total: Int64) -> Int64 {
    switch self {
    // The largest number that fits is rounded up to one that does not.
    case .share(let share): Int64(exactly: (Double(total) * share).rounded(.down)) ?? total
    case .bytes(let bytes): bytes
    }
  }
}

extension SettingKind where Value == Int64 {
  /// A number of bytes: `500GB`, `1.5TiB`; a number alone is bytes.
  static var size: SettingKind {
    parsed(
      "\"anyOf\":[{\"type\":\"integer\",\"minimum\":1},{\"type\":\"string\",\"pattern\":\(pattern.json)}]",
      "a size such as 500GB or 20GiB"
    ) { bytes(in: $0) }
  }

  private static var pattern: String { "^[0-9.]+ ?([kKMGT]i?)?B?$" }

  /// The number of bytes in `text`.
  static func bytes(in text: String) -> Int64? {
    let digits = text.prefix { $0.isNumber || $0 == "." }
    let unit = text.dropFirst(digits.count).drop { $0 == " " }
    let factors: [String: Double] = [
      "": 1, "B": 1, "kB": 1e3, "KB": 1e3, "MB": 1e6, "GB": 1e9, "TB": 1e12, "KiB": 0x1p10, "MiB": 0x1p20,
      "GiB": 0x1p30, "TiB": 0x1p40,
    ]
    guard let number = Double(digits), let factor = factors[String(unit)], (1...0x1p60).contains(number * factor) else {
      return nil
    }
    return Int64(number * factor)
  }
}

extension SettingKind where Value == FreeSpace {
  /// A percentage or a number of bytes.
  static var freeSpace: SettingKind {
    parsed(
      "\"anyOf\":[{\"type\":\"integer\",\"minimum\":0},{\"type\":\"string\"}]",
      "a percentage such as 5% or a size such as 20GB"
    ) { text in
      if text.hasSuffix("%"), let percent = Double(text.dropLast()), (0...99).contains(percent) {
        return .share(percent / 100)
      }
      return text == "0" ? .bytes(0) : SettingKind<Int64>.bytes(in: text).map { .bytes($0) }
    }
  }
}
