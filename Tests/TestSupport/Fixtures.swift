public import Foundation

/// The golden numbers in `Tests/Fixtures`, which are part of the repository; its `README.md` describes their origin.
public enum Fixtures {
  /// The file at `path` below `Tests/Fixtures`.
  public static func file(_ path: String) -> URL {
    URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().appending(path: "Fixtures")
      .appending(path: path)
  }
}
