import Foundation
import Outputs

/// What is kept of an input that is finished, in `NAME.json`: where its results come from, and what they hold. The same input
/// and settings give the same bytes.
package struct FileRecord: Codable, Hashable, Sendable {
  /// The input.
  package struct Source: Codable, Hashable, Sendable {
    /// As the user wrote it.
    package var path: String
    /// Bytes of all its files.
    package var bytes: Int
    /// Of its file; of the list of the images' own, if it is images.
    package var sha256: String
    package var codec: String?
    /// Size of the frames in pixels; 0 for images, each of which has its own.
    package var width: Int
    package var height: Int
    /// Frames per second, where the file states it.
    package var rate: Double?
    /// Seconds, and frames, that the file declares; an estimate where it does not count them.
    package var duration: Double?
    package var frames: Int?
  }

  /// How much of a class was found.
  package struct ClassCount: Codable, Hashable, Sendable {
    /// Objects that were followed.
    package var tracks = 0
    /// Frames that show at least one.
    package var frames = 0

    package init() {}
  }

  /// How often something changed within the input that should not.
  package struct ChangeCount: Codable, Hashable, Sendable {
    /// The size of frames, and their rate.
    package var size: Int
    package var rate: Int
    /// Frames that are missing in holes of half a second to ten.
    package var missingFrames: Int
  }

  package var source: Source
  package var settings: BatchSettings
  /// Frames that were decoded and inferred.
  package var frames: Int
  /// Time of the last frame in seconds.
  package var end: Double
  /// By name of the class.
  package var found: [String: ClassCount]
  /// Problems of the input, a sentence each.
  package var damage: [String]
  package var changes: ChangeCount
  /// Timestamps that were missing or jumped, and were replaced.
  package var mendedTimestamps: Int
  /// The outputs, relative to this file.
  package var outputs: [String]
}

extension FileRecord {
  /// The record as a file.
  var bytes: [UInt8] { get throws { try Self.encoded(self) } }

  /// `value` as JSON with sorted keys.
  static func encoded(_ value: some Encodable) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    return [UInt8](try encoder.encode(value)) + [UInt8(ascii: "\n")]
  }

  /// The record in the file at `path`; `nil` if there is none that can be read.
  init?(path: String) {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    guard let data = FileManager.default.contents(atPath: path),
      let record = try? decoder.decode(FileRecord.self, from: data)
    else { return nil }
    self = record
  }
}
