import ArgumentParser
import Foundation
import Outputs
import Streaming

/// Existing files are replaced only with `--overwrite`.
struct OverwriteArguments: ParsableArguments {
  @Flag(help: "Replace output files that exist.")
  var overwrite = false

  /// Throws `cannotCreate` if a non-empty file exists at `path`. Devices, pipes and empty files are allowed.
  func expectNew(_ path: String) throws(OutputError) {
    guard !overwrite, let facts = try? FileManager.default.attributesOfItem(atPath: resolved(path)),
      facts[.type] as? FileAttributeType == .typeRegular, facts[.size] as? Int ?? 0 > 0
    else { return }
    throw OutputError(.cannotCreate, "cannot create \(path): it exists; expected another name, or --overwrite")
  }

  /// The same for the destination `output`; a folder for images must be empty.
  func expectNew(_ output: AnnotatedOutput) throws(OutputError) {
    switch output {
    case .video(let path), .image(let path): try expectNew(path)
    case .folder(let path): try expectEmpty(path)
    case .stream(let address):
      if !address.isRemote { try expectNew(address.description) }
    }
  }

  /// Throws `cannotCreate` if there are files in the folder `path`.
  func expectEmpty(_ path: String) throws(OutputError) {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    guard overwrite || files.isEmpty else {
      throw OutputError(
        .cannotCreate, "cannot write to \(path): the folder is not empty; expected another one, or --overwrite")
    }
  }

  /// Resolves links, because attributes of a link are those of the link itself.
  private func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
}
