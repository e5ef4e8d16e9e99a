import ArgumentParser
import Foundation
import Outputs
import Streaming

/// Files that exist are somebody's results: they are replaced only if that is asked for.
struct OverwriteArguments: ParsableArguments {
  @Flag(help: "Replace output files that exist.")
  var overwrite = false

  /// Throws `cannotCreate` if a file with something in it is at `path`. Devices, pipes and empty files lose nothing.
  func expectNew(_ path: String) throws(OutputError) {
    guard !overwrite, let facts = try? FileManager.default.attributesOfItem(atPath: resolved(path)),
      facts[.type] as? FileAttributeType == .typeRegular, facts[.size] as? Int ?? 0 > 0
    else { return }
    throw OutputError(.cannotCreate, "cannot create \(path): it exists; expected another name, or --overwrite")
  }

  /// The same for what goes where `output` says; a folder for images must be empty.
  func expectNew(_ output: AnnotatedOutput) throws(OutputError) {
    switch output {
    case .video(let path), .picture(let path): try expectNew(path)
    case .folder(let path):
      let files = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
      guard overwrite || files.isEmpty else {
        throw OutputError(
          .cannotCreate, "cannot write to \(path): the folder is not empty; expected another one, or --overwrite")
      }
    case .stream(let address):
      if !address.isRemote { try expectNew(address.description) }
    }
  }

  /// Attributes of a link are those of the link.
  private func resolved(_ path: String) -> String { URL(filePath: path).resolvingSymlinksInPath().path }
}
