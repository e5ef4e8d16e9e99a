import ArgumentParser
import ModelStore
import Scene

/// `yolostream model pull NAME`.
struct ModelPullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Fetch official weights by their release address.",
    discussion: """
      The file is kept in YOLOSTREAM_CACHE, or ~/.cache/yolostream, and --model NAME finds it there. A fetch that broke off
      goes on where it was. The file is checked before it is put in place and nothing in it is run; its SHA-256 is recorded
      and must be the same the next time. The weights are under the licence of the project that made
      them: GPL-3.0 (yolov9-…, gelan-…) or MIT (v9-…).
      Names: \(ReleasedModel.all.map(\.name).joined(separator: ", ")).
      """)

  @Argument(help: "Name of a published network.") var name: String
  @Option(help: "Address of a mirror of the release; otherwise the release itself.") var release: String?
  @Option(help: ArgumentHelp("Longest wait for the server.", valueName: "time"), transform: Seconds.read)
  var timeout = Seconds(30)

  func validate() throws { _ = try released }

  private var released: ReleasedModel {
    get throws {
      guard let model = ReleasedModel.named(name) else {
        throw ValidationError(
          "no model \(name) is released: expected one of \(ReleasedModel.all.map(\.name).joined(separator: ", "))")
      }
      return model
    }
  }

  func run() throws {
    let model = try released
    let cache = ModelCache()
    var line: ProgressLine?
    let hash = try cache.fetch(model, from: release ?? model.release, timeout: timeout.value) { done, total in
      if line == nil { line = ProgressLine(total: (total ?? done) / 1_000_000, unit: "MB") }
      line?.show(done / 1_000_000)
    }
    line?.finish()
    print("\(cache.path(of: model)): \(model.name), licence \(model.licence), sha256 \(hash)")
  }
}
