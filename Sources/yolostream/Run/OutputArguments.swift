import ArgumentParser
import Capture
import Foundation
import Outputs
import Rules
import Streaming

/// Outputs of a run.
struct OutputArguments: ParsableArguments {
  @Option(
    name: [.short, .customLong("output"), .customLong("out")],
    help: ArgumentHelp(
      "Annotated result, as often as wanted: .mp4 or .mkv, for an image .jpg or .png, or a folder; a receiver "
        + "(\(PushAddress.forms)); - is Matroska on standard output.", valueName: "output"))
  var output: [String] = []

  @OptionGroup var sinks: RegistryArguments<SinkKind>

  @OptionGroup var broker: BrokerArguments

  @Option(help: "Name of the source in events.")
  var camera: String?

  @Flag(help: "Write YOLO labels into the run's folder.")
  var saveTxt = false

  @Flag(help: "Write an image of each object into the run's folder.")
  var saveCrop = false

  @Option(
    help: ArgumentHelp("Where folders of runs are made: DIR/NAME, DIR/NAME2 … (default: runs/detect)", valueName: "dir")
  )
  var project: String?

  @Option(help: "Name of the run's folder. (default: exp)")
  var name: String?

  @Flag(help: "Use the run's folder even if it exists.")
  var existOk = false

  @Flag(help: "Write no annotated result into the run's folder.")
  var nosave = false

  @Flag(help: "Show the frames in this terminal, with boxes and labels.")
  var view = false

  @OptionGroup var appearance: AppearanceArguments

  @OptionGroup var overwriting: OverwriteArguments

  /// Whether there is a folder for the run, as in the official script.
  private var hasRunFolder: Bool { saveTxt || saveCrop || project != nil || name != nil }

  /// Whether an output needs tracks, also of images.
  var wantsTracks: Bool {
    sinks.values.contains { $0.entry.needsTracks } || broker.isNamed
  }

  /// Whether frames will be drawn on.
  var isForDrawing: Bool { !output.isEmpty || (hasRunFolder && !nosave) }

  /// Whether results go to standard output.
  var printsData: Bool {
    let targets = output + sinks.values.map(\.text)
    return targets.contains("-") || targets.isEmpty && !hasRunFolder && !broker.isNamed || view
  }

  /// Whether a receiver on a network expects frames in real time.
  var hasReceiver: Bool { output.contains { PushAddress(parsing: $0)?.isRemote ?? false } }

  /// Adds these outputs to `options` for `source`; creates the run's folder.
  func apply(to options: inout StreamOptions, for source: SourceDescription) throws {
    for path in output {
      let result = try AnnotatedOutput(path: path, for: source)
      try overwriting.expectNew(result)
      options.annotated.append(result)
    }
    for sink in sinks.requests {
      if sink.kind.target == "dir" {
        try overwriting.expectEmpty(sink.target)
      } else {
        try overwriting.expectNew(sink.target)
      }
    }
    if hasRunFolder {
      let folder = try OutputFolder.makeForRun(
        project: project ?? "runs/detect", name: name ?? "exp", mayExist: existOk)
      if output.isEmpty, !nosave { options.annotated = [try AnnotatedOutput(path: folder + "/", for: source)] }
      if saveTxt { options.add("labels", to: folder + "/labels") }
      if saveCrop { options.add("crops", to: folder + "/crops") }
    }
    options.sinks += sinks.requests
    if let request = try broker.request(zones: options.rules.zones.map(\.name)) { options.sinks.append(request) }
    options.camera = camera ?? options.camera
    try appearance.apply(to: &options)
    if view {
      let isFree = !options.sinks.contains { $0.target == "-" } && !output.contains("-")
      options.sinks.append(SinkRequest(try Self.terminal(isFree: isFree), target: "-"))
    }
    // Without any output, detections are printed.
    if output.isEmpty, !hasRunFolder, options.sinks.isEmpty, !view {
      options.add("detections", to: "-")
    }
  }

  /// The sink of `--view`.
  ///
  /// - Parameter isFree: whether no output writes to it.
  private static func terminal(isFree: Bool) throws -> SinkKind {
    guard isatty(STDOUT_FILENO) == 1 else {
      throw ValidationError("--view draws on standard output: expected a terminal there, it is a file or a pipe")
    }
    guard isFree else { throw ValidationError("--view and an output to '-' both want standard output; choose one") }
    let words = ProcessInfo.processInfo.environment["COLORTERM"] ?? ""
    return SinkRegistry.view(hasAllColours: ["truecolor", "24bit"].contains(words))
  }
}
