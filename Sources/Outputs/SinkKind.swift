package import Scene

/// A kind of sink: its line in the registry.
///
/// The command line offers it as `--NAME TARGET`, the configuration of a service as `outputs: NAME: TARGET`.
package struct SinkKind: Sendable {
  /// What a sink is given.
  package struct Needs: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    /// The findings of each frame.
    package static let frames = Needs(rawValue: 1)
    /// The pixels of each frame, too. Only a run has them.
    package static let pixels = Needs(rawValue: 3)
    /// Events.
    package static let events = Needs(rawValue: 4)
  }

  /// Its option and key.
  package let name: String
  /// What it writes, in one sentence.
  package let summary: String
  /// What the target is: `file`, `dir`, `command`.
  package let target: String
  /// What it is given.
  package let needs: Needs
  /// What its files end in, where they are named after their source.
  package let ending: String
  /// Whether it is for sources that have an end only.
  package let isForFiles: Bool
  /// Makes the sink for a target. Called on the sink's thread.
  package let make: @Sendable (String, SinkContext) throws(OutputError) -> any Sink & ~Copyable

  package init(
    _ name: String, _ summary: String, target: String = "file", ending: String? = nil, needs: Needs,
    isForFiles: Bool = false,
    make: @escaping @Sendable (String, SinkContext) throws(OutputError) -> any Sink & ~Copyable
  ) {
    self.name = name
    self.summary = summary
    self.target = target
    self.needs = needs
    self.isForFiles = isForFiles
    self.ending = ending ?? ".\(name)"
    self.make = make
  }

  /// Whether the target is a path that no other output may write to.
  package var isFile: Bool { target == "file" }
}

/// What a sink may know of the source and the host.
package struct SinkContext: Sendable {
  /// What events call the source.
  package var camera: String
  /// Short name of the source, for names of files.
  package var stem: String
  /// The classes of the model.
  package var classes: ClassCatalogue
  /// Whether files are continued instead of begun anew: a service appends, a run does not.
  package var appends = false
  /// Whether YOLO labels have scores.
  package var labelsShowScores = false
  /// Whether YOLO labels have identities.
  package var labelsShowIdentities = false
  /// Name of the source's file, for formats that refer to it; otherwise its short name.
  package var fileName: String
  /// Every how many frames one is read.
  package var stride = 1
  /// The numbers of images and categories in COCO's results; `nil` takes those of their names.
  package var coco: COCOReference?
  /// Ends writing that waits for a reader.
  package var patience = WritingPatience()

  package init(camera: String, stem: String, classes: ClassCatalogue) {
    self.camera = camera
    self.stem = stem
    fileName = stem
    self.classes = classes
  }
}

/// A sink that somebody asked for.
package struct SinkRequest: Sendable {
  package let kind: SinkKind
  package let target: String

  package init(_ kind: SinkKind, target: String) {
    self.kind = kind
    self.target = target
  }
}
