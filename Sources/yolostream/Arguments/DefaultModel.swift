import Foundation
import GELAN
import ModelStore

/// The packaged model: `gelan-n`, 20 everyday classes. Its model card is next to it in `Resources`.
enum DefaultModel {
  private static let name = "gelan-n"

  /// Its path: in the resource bundle next to the program, or in `share/yolostream` of the installation prefix; `nil`
  /// if it is missing.
  private static var path: String? {
    let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    return [
      folder.appending(path: "yolostream_yolostream.resources"),
      folder.deletingLastPathComponent().appending(path: "share/yolostream"),
    ].map { $0.appending(path: "\(name).safetensors").path }.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The file of model `wanted`: a path, the name of a fetched model, or the packaged model, which is also the
  /// default.
  static func path(of wanted: String?) throws(ModelError) -> String {
    // A file of that name takes precedence.
    if let wanted, FileManager.default.fileExists(atPath: wanted) { return wanted }
    guard let wanted, wanted != name else {
      if let path { return path }
      throw ModelError(
        .unreadable,
        "\(name), the packaged model, is neither next to the program nor in ../share/yolostream")
    }
    if wanted.hasSuffix(ReleasedModel.quantisedSuffix),
      let released = ReleasedModel.named(String(wanted.dropLast(ReleasedModel.quantisedSuffix.count)))
    {
      let path = ModelCache().quantisedPath(of: released)
      if FileManager.default.fileExists(atPath: path) { return path }
      throw ModelError(
        .unreadable,
        "\(wanted): there is no such file, and it was not created yet: yolostream model pull \(released.name) --int8 "
          + "--calibrate IMAGES")
    }
    guard let released = ReleasedModel.named(wanted) else { throw unknown(wanted) }
    let cache = ModelCache()
    guard cache.has(released) else {
      throw ModelError(
        .unreadable, "\(wanted): there is no such file, and it was not fetched yet: yolostream model pull \(wanted)")
    }
    return cache.path(of: released)
  }

  /// The error for `wanted`, which is neither a file nor the name of a model.
  private static func unknown(_ wanted: String) -> ModelError {
    let names = [name] + ReleasedModel.all.map(\.name)
    let stem = [".pt", ".safetensors"].first(where: wanted.hasSuffix).map { String(wanted.dropLast($0.count)) }
    let isPath = wanted.contains("/")
    var advice = isPath ? "" : Suggestion(for: stem ?? wanted, among: names).text
    if advice.isEmpty, !isPath, stem == nil { advice = ": expected a file or one of \(names.joined(separator: ", "))" }
    return ModelError(.unreadable, "\(wanted): there is no such file, and no model of that name\(advice)")
  }
}
