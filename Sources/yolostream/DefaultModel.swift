import Foundation
import GELAN
import ModelStore

/// The model that comes with the package: `gelan-n`, 20 everyday classes. Its card is beside it in `Resources`.
enum DefaultModel {
  private static let name = "gelan-n"

  /// Where it is: in the resource bundle beside the program, or in `share/yolostream` of the prefix the program is
  /// installed in; `nil` where it was not brought along.
  private static var path: String? {
    let folder = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    return [
      folder.appending(path: "yolostream_yolostream.resources"),
      folder.deletingLastPathComponent().appending(path: "share/yolostream"),
    ].map { $0.appending(path: "\(name).safetensors").path }.first { FileManager.default.fileExists(atPath: $0) }
  }

  /// The file of the model that is called `wanted`: a path, the name of one that was fetched, or this one's, which is
  /// also what is meant if nothing is said.
  static func path(of wanted: String?) throws(ModelError) -> String {
    // A file of that name comes first, if somebody asked for it.
    if let wanted, FileManager.default.fileExists(atPath: wanted) { return wanted }
    guard let wanted, wanted != name else {
      if let path { return path }
      throw ModelError(
        .unreadable,
        "\(name), the model that comes with the package, is neither beside the program nor in ../share/yolostream")
    }
    if wanted.hasSuffix(ReleasedModel.quantisedSuffix),
      let released = ReleasedModel.named(String(wanted.dropLast(ReleasedModel.quantisedSuffix.count)))
    {
      let path = ModelCache().quantisedPath(of: released)
      if FileManager.default.fileExists(atPath: path) { return path }
      throw ModelError(
        .unreadable,
        "\(wanted): there is no such file, and it was not made yet: yolostream model pull \(released.name) --int8 "
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

  /// What is said of `wanted`, which is neither a file nor the name of a model.
  private static func unknown(_ wanted: String) -> ModelError {
    let names = [name] + ReleasedModel.all.map(\.name)
    let stem = [".pt", ".safetensors"].first(where: wanted.hasSuffix).map { String(wanted.dropLast($0.count)) }
    let isPath = wanted.contains("/")
    var advice = isPath ? "" : Suggestion(for: stem ?? wanted, among: names).text
    if advice.isEmpty, !isPath, stem == nil { advice = ": expected a file or one of \(names.joined(separator: ", "))" }
    return ModelError(.unreadable, "\(wanted): there is no such file, and no model of that name\(advice)")
  }
}
