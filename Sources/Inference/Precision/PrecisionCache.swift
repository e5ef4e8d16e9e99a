import Foundation

/// Stores choices of precision in a folder, one small file each.
///
/// The cache is optional: a damaged or foreign entry counts as missing, and an unwritable folder stores nothing.
package struct PrecisionCache: Sendable {
  /// The folder; created when the first choice is stored.
  package let folder: String

  private struct Entry: Codable {
    let key: PrecisionKey
    let choice: PrecisionChoice
  }

  /// A cache in `folder`.
  package init(folder: String) { self.folder = folder }

  /// The choice stored for `key`; `nil` if there is none or it is not one of `candidates`.
  func choice(for key: PrecisionKey, among candidates: [CompilationOptions.Precision]) -> PrecisionChoice? {
    guard let file = FileHandle(forReadingAtPath: path(of: key)), let data = try? file.read(upToCount: 1 << 16),
      let entry = try? JSONDecoder().decode(Entry.self, from: data), entry.key == key,
      candidates.contains(entry.choice.precision)
    else { return nil }
    return entry.choice
  }

  /// Stores `choice` for `key`; the file is written atomically.
  func keep(_ choice: PrecisionChoice, for key: PrecisionKey) {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    guard let data = try? encoder.encode(Entry(key: key, choice: choice)) else { return }
    try? FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try? data.write(to: URL(filePath: path(of: key)), options: .atomic)
  }

  func path(of key: PrecisionKey) -> String { "\(folder)/\(key.fileName)" }
}
