import Foundation

/// Remembers choices of precision in a folder, one small file each.
///
/// A note is a help, never a need: one that is damaged, or was made for something else, is as good as none, and a folder that
/// cannot be written keeps nothing.
public struct PrecisionNotes: Sendable {
  /// The folder; it is made when there is something to keep.
  public let folder: String

  private struct Note: Codable {
    let key: PrecisionKey
    let choice: PrecisionChoice
  }

  /// Notes in `folder`.
  public init(folder: String) { self.folder = folder }

  /// What was chosen for `key`; `nil` if that is not known, or is none of `candidates`.
  func choice(for key: PrecisionKey, among candidates: [CompilationOptions.Precision]) -> PrecisionChoice? {
    guard let file = FileHandle(forReadingAtPath: path(of: key)), let data = try? file.read(upToCount: 1 << 16),
      let note = try? JSONDecoder().decode(Note.self, from: data), note.key == key,
      candidates.contains(note.choice.precision)
    else { return nil }
    return note.choice
  }

  /// Keeps `choice` for `key`. The file appears whole or not at all.
  func keep(_ choice: PrecisionChoice, for key: PrecisionKey) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    guard let data = try? encoder.encode(Note(key: key, choice: choice)) else { return }
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try? data.write(to: URL(filePath: path(of: key)), options: .atomic)
  }

  func path(of key: PrecisionKey) -> String { "\(folder)/\(key.fileName)" }
}
