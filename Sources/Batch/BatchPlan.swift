package import Capture
import Foundation
package import Outputs
package import Streaming

/// What is to be made of which inputs, and how.
package struct BatchPlan: Sendable {
  /// The inputs of this process.
  package var inputs: [BatchInput]
  /// Where results go.
  package var folder: String
  /// What is written for each input.
  package var formats: [BatchFormat]
  /// What results depend on.
  package var settings: BatchSettings
  /// How inputs are opened.
  package var source = SourceOptions()
  /// How they are run; outputs are added for each.
  package var stream = StreamOptions()
  /// When the first frame of each input was recorded, in milliseconds since 1970; `nil` takes it from its name or container.
  package var recorded: Int64?
  /// Inputs worked on at the same time.
  package var jobs = 1
  /// Whether what is finished is left as it is; otherwise it must not be there.
  package var resumes = false
  /// Whether results that are there are replaced.
  package var overwrites = false
  /// Whether a damaged input counts as failed.
  package var isStrict = false
  /// The part of each input that is worked on; `nil` is the whole. See `split(into:)`.
  package internal(set) var part: Shard?
  /// Whether detections are taken from parts that are there.
  package var merges = false
  /// The share that `inputs` are; `nil` is all.
  package var shard: Shard?

  package init(inputs: [BatchInput], folder: String, formats: [BatchFormat], settings: BatchSettings) {
    self.inputs = inputs
    self.folder = folder
    self.formats = formats
    self.settings = settings
  }

  /// Where the result of `input` whose name ends in `ending` is.
  func path(_ input: BatchInput, _ ending: String) -> String { "\(folder)/\(input.name)\(ending)" }

  /// The files and folders that are made of `input`, besides record and mark.
  func outputs(of input: BatchInput) -> [String] { formats.map { path(input, $0.ending(for: input)) } }

  /// Where failed inputs are listed.
  package var failureList: String {
    folder + "/failed" + (part.map { "-part-\($0.index + 1)-of-\($0.count)" } ?? "")
      + (shard.map { "-\($0.index + 1)-of-\($0.count)" } ?? "") + ".txt"
  }
}

/// One kind of result.
package enum BatchFormat: Sendable {
  /// The annotated video, or a folder of annotated images.
  case video
  /// An output of the registry.
  case sink(SinkKind)

  /// All of them.
  package static var all: [BatchFormat] {
    [.video] + SinkRegistry.kinds.filter { $0.isFile || $0.target == "dir" }.map(BatchFormat.sink)
  }

  /// What users call it.
  package var name: String {
    switch self {
    case .video: "video"
    case .sink(let kind): kind.name
    }
  }

  /// Whether it is empty without tracks.
  package var needsTracks: Bool { if case .sink(let kind) = self { kind.needsTracks } else { false } }

  /// What the names of its files end in.
  func ending(for input: BatchInput) -> String {
    switch self {
    case .video: input.isImages ? ".images" : ".mp4"
    case .sink(let kind): kind.ending
    }
  }
}
