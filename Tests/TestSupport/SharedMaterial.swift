import Foundation

/// Reference material that stands beside the checkout where this project is developed: weights, fixtures, clips.
/// A user does not have it; tests that need it carry `.enabled(if: SharedMaterial.isPresent, SharedMaterial.absence)`.
public enum SharedMaterial {
  /// Folder of the material: `YOLOSTREAM_SHARED`, or `../shared` beside the checkout.
  public static let root: URL = {
    if let path = ProcessInfo.processInfo.environment["YOLOSTREAM_SHARED"] {
      return URL(filePath: path, directoryHint: .isDirectory)
    }
    let checkout = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return checkout.deletingLastPathComponent().appending(path: "shared", directoryHint: .isDirectory)
  }()

  /// Whether the material is there.
  public static let isPresent = FileManager.default.fileExists(atPath: root.appending(path: "reference").path)

  /// The reason of a skipped test.
  public static let absence = "skipped: needs the reference material in ../shared, which is not here"

  /// The file at `path` below the root.
  public static func file(_ path: String) -> URL { root.appending(path: path) }
}
