import Foundation

/// The model that comes with the package: `gelan-n`, 20 everyday classes. Its card is beside it in `Resources`.
enum DefaultModel {
  private static let fileName = "gelan-n.safetensors"

  /// Where it is: in the resource bundle beside the program, or in `share/yolostream` of the prefix the program is
  /// installed in; `nil` where it was not brought along.
  static var path: String? {
    let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    return [
      folder.appending(path: "yolostream_yolostream.resources"),
      folder.deletingLastPathComponent().appending(path: "share/yolostream"),
    ].map { $0.appending(path: fileName).path }.first { FileManager.default.fileExists(atPath: $0) }
  }
}
