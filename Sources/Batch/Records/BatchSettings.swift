import Foundation
import Outputs

/// What results depend on besides their input. All results in one folder have the same; it is kept there in
/// `yolostream.json`.
package struct BatchSettings: Codable, Hashable, Sendable {
  /// A model, by its file.
  package struct Model: Codable, Hashable, Sendable {
    package var name: String
    package var sha256: String

    package init(name: String, sha256: String) {
      self.name = name
      self.sha256 = sha256
    }
  }

  /// Version of the program.
  package var version: String
  package var model: Model
  /// What the network is computed in.
  package var precision: String
  /// Names of the classes, by index.
  package var classes: [String]
  /// All other options that results depend on, by their names on the command line.
  package var options: [String: String]

  package init(
    version: String, model: Model, precision: String, classes: [String], options: [String: String]
  ) {
    self.version = version
    self.model = model
    self.precision = precision
    self.classes = classes
    self.options = options
  }

  /// What differs from `other`, in words; `nil` if nothing does.
  func difference(from other: BatchSettings) -> String? {
    func pair(_ name: String, _ one: String, _ two: String) -> String? {
      one == two ? nil : "\(name) \(one) instead of \(two)"
    }
    var differences: [String?] = [
      pair("version", version, other.version), pair("model", model.name, other.model.name),
      pair("model of SHA-256", model.sha256, other.model.sha256), pair("precision", precision, other.precision),
    ]
    for name in Set(options.keys).union(other.options.keys).sorted() {
      differences.append(pair("--\(name)", options[name] ?? "none", other.options[name] ?? "none"))
    }
    return differences.lazy.compactMap { $0 }.first ?? (self == other ? nil : "other classes")
  }
}

extension BatchSettings {
  /// Where those of the results in `folder` are kept.
  static func path(in folder: String) -> String { folder + "/yolostream.json" }

  /// Makes these the settings of `folder` unless it has some; returns those that it has. Several processes may begin at the
  /// same time: one decides.
  package func claim(_ folder: String, replaces: Bool) throws -> BatchSettings {
    try OutputFolder.make(folder)
    let path = Self.path(in: folder)
    let bytes = try FileRecord.encoded(self)
    if replaces {
      try DurableFile.replace(path, with: bytes)
      return self
    }
    // It gets its name only when it is whole.
    let fresh = "\(folder)/.yolostream.json.\(ProcessInfo.processInfo.hostName)-\(getpid())"
    try DurableFile.replace(fresh, with: bytes)
    defer { try? FileManager.default.removeItem(atPath: fresh) }
    do { try FileManager.default.linkItem(atPath: fresh, toPath: path) } catch {
      guard let kept = Self.kept(in: folder) else {
        throw BatchError(.cannotCreate, "cannot create \(path): \(error.localizedDescription)")
      }
      return kept
    }
    return self
  }

  /// Those of the results in `folder`; `nil` if there are none yet.
  package static func kept(in folder: String) -> BatchSettings? {
    FileManager.default.contents(atPath: path(in: folder)).flatMap { try? JSONDecoder().decode(Self.self, from: $0) }
  }
}
