import Foundation
import JSON
import Outputs

/// Identifiers sort by the time at which events began, and a span of time is a range of them.
typealias EventIdentifier = SortableIdentifier

/// One line of an event log, as far as the store reads it. Versions 1 and 2 of the format have these fields in common.
struct EventLine: Decodable, Sendable {
  /// Identifies the line itself, where it was published; `nil` in a log that its service wrote.
  let key: String?
  let id: String
  let type: String
  let camera: String
  let seq: Int
  let ts: String
  let label: String?
  let score: Double?
  let topScore: Double?
  /// The zone that the line is about.
  let zone: String?
  /// The line that was crossed, and in which direction.
  let line, direction: String?
  /// Zones that the object is in, and all that it has been in so far.
  let zones: [String]?
  let entered: [String]?
  let snapshot: String?
  let clip: String?
  /// Of a `keep` line.
  let kept: Bool?
  let clipOffset: Double?
  /// Where one file was not enough: all of the same movement.
  let clips: [Clip]?
  let snapshotBox: [Double]?
  /// Of a `visit` line: its weight, and classes and identifiers of its objects.
  let severity: String?
  let labels: [String]?
  let objects: [String]?

  /// A video, and the second in it at which the object appears.
  struct Clip: Decodable, Sendable {
    let path: String
    let offset: Double?
  }

  static let visitType = "visit"

  /// Types of lines that people write, not cameras: whether an event is to be kept, and that it is to be removed.
  static let keepType = "keep"
  static let deleteType = "delete"

  private enum CodingKeys: String, CodingKey {
    case id, type, camera, seq, ts, label, score, line, direction, zone, zones, entered, snapshot, clip, clips, kept,
      severity
    case labels
    case objects
    case key = "event"
    case topScore = "top_score"
    case clipOffset = "clip_offset"
    case snapshotBox = "snapshot_box"
  }

  /// Reads lines, one after another.
  struct Reader {
    private let decoder = JSONDecoder()

    /// The line in `bytes`, without a line feed; `nil` for what is no line of an event log.
    func read(_ bytes: some DataProtocol) -> EventLine? {
      guard let line = try? decoder.decode(EventLine.self, from: Data(bytes)), EventIdentifier.isValid(line.id),
        !line.type.isEmpty, !line.camera.isEmpty
      else { return nil }
      return line
    }
  }

  /// All videos that it names.
  var allClips: [Clip] { (clip.map { [Clip(path: $0, offset: clipOffset)] } ?? []) + (clips ?? []) }

  /// Where the object is in the snapshot, as JSON.
  var snapshotBoxText: String? {
    snapshotBox.map { "[" + $0.map { $0.json(places: 5) }.joined(separator: ",") + "]" }
  }

  /// Names of all zones that the line mentions.
  var mentionedZones: [String] { (zone.map { [$0] } ?? []) + (zones ?? []) + (entered ?? []) }
}
