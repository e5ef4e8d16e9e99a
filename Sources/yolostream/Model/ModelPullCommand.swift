import ArgumentParser
import ModelStore
import Scene

/// `yolostream model pull NAME`.
struct ModelPullCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "pull", abstract: "Fetch official weights from their release.",
    discussion: """
      The file is kept in YOLOSTREAM_CACHE, or ~/.cache/yolostream, and --model NAME finds it there. A download that broke \
      off goes on where it was. The file is checked before it is put in place and nothing in it is run; its SHA-256 is \
      recorded and must be the same the next time. The weights are under the licence of the project that made them: GPL-3.0 \
      (yolov9-…, gelan-…) or MIT (v9-…). With --int8 a quantised model is made beside it, which is several times as fast on \
      processors with int8 instructions: --model NAME-int8. Calibrate on images of what it will see.

      Examples:
        yolostream model pull yolov9-t
        yolostream model pull yolov9-t --int8 --calibrate street.mp4

      Names: \(ReleasedModel.all.map(\.name).joined(separator: ", ")).
      """)

  @Argument(help: "Name of a published network.") var name: String
  @Option(help: "Address of a mirror. (default: the release itself)") var release: String?
  @Flag(help: "Allow a mirror without TLS, whose answer can be tampered with.") var plainHttp = false
  @Option(help: ArgumentHelp("Longest wait for the server.", valueName: "time"), transform: Seconds.read)
  var timeout = Seconds(30)

  @Flag(name: .customLong("int8"), help: "Quantise the model as well; needs --calibrate.") var quantises = false
  @Option(help: ArgumentHelp("Images to calibrate on: a folder, an image or a video.", valueName: "path"))
  var calibrate: String?
  @OptionGroup var overwriting: OverwriteArguments

  func validate() throws {
    _ = try released
    guard quantises == (calibrate != nil) else {
      throw ValidationError("expected --int8 and --calibrate together: int8 needs images to calibrate on")
    }
    #if !Full
    if quantises { throw CommandPath.isLeftOut("model pull --int8") }
    #endif
  }

  private var released: ReleasedModel {
    get throws {
      guard let model = ReleasedModel.named(name) else {
        let names = ReleasedModel.all.map(\.name)
        throw ValidationError("no model \(name) is released\(Suggestion.text(for: name, orAllOf: names))")
      }
      return model
    }
  }

  func run() throws {
    let model = try released
    let cache = ModelCache()
    // What was calibrated on other images is another model.
    if calibrate != nil { try overwriting.expectNew(cache.quantisedPath(of: model)) }
    var line: ProgressLine?
    let hash = try cache.fetch(model, from: release, takesPlainHTTP: plainHttp, timeout: timeout.value) { done, total in
      if line == nil { line = ProgressLine(total: (total ?? done) / 1_000_000, unit: "MB") }
      line?.show(done / 1_000_000)
    }
    line?.finish()
    print("\(cache.path(of: model)): \(model.name), licence \(model.licence), sha256 \(hash)")
    #if Full
    guard let calibrate else { return }
    try ModelQuantisation(
      input: cache.path(of: model), output: cache.quantisedPath(of: model), calibrate: calibrate
    ).run()
    print("use it with --model \(model.name)\(ReleasedModel.quantisedSuffix)")
    #endif
  }
}
