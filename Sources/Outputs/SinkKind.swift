package import Scene

/// A kind of sink, as listed in the registry.
///
/// The command line offers it as `--NAME TARGET`, the configuration of the service as `outputs: NAME: TARGET`.
package struct SinkKind: Sendable {
  /// The input of a sink.
  package struct Needs: OptionSet, Sendable {
    package let rawValue: Int
    package init(rawValue: Int) { self.rawValue = rawValue }
    /// The findings of each frame.
    package static let frames = Needs(rawValue: 1)
    /// The pixels of each frame, too; only available in a run.
    package static let pixels = Needs(rawValue: 3)
    /// Events.
    package static let events = Needs(rawValue: 4)
    /// Tracks: without them its result is empty.
    package static let tracks = Needs(rawValue: 8)
  }

  /// Name of its option and key.
  package let name: String
  /// One sentence for the help.
  package let summary: String
  /// Kind of target: `file`, `dir`, `command`, `terminal`.
  package let target: String
  /// Its input.
  package let needs: Needs
  /// Extension of its files when they are named after their source.
  package let ending: String
  /// Whether it is only for finite sources.
  package let isForFiles: Bool
  /// Creates the sink for a target, on the sink's thread.
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

  /// Whether its result is empty without tracks, so that the images of a folder have to be frames of a sequence. Events are of
  /// tracks, too.
  package var needsTracks: Bool { needs.contains(.tracks) || needs.contains(.events) }

  /// Whether the target is a path that no other output may write to.
  package var isFile: Bool { target == "file" }
}

/// What a sink can know of its source and host.
package struct SinkContext: Sendable {
  /// Name of the source in events.
  package var camera: String
  /// Short name of the source, for file names.
  package var stem: String
  /// The classes of the model.
  package var classes: ClassCatalogue
  /// Whether existing files are appended to: the service appends, a run does not.
  package var appends = false
  /// Whether YOLO labels have scores.
  package var labelsShowScores = false
  /// Whether YOLO labels have identities.
  package var labelsShowIdentities = false
  /// File name of the source, for formats that refer to it; else its short name.
  package var fileName: String
  /// Whether frames follow each other in time; otherwise they are independent images.
  package var isVideo = true
  /// Every `stride`-th frame is read.
  package var stride = 1
  /// Identifiers of images and categories for COCO results; `nil` derives them from names.
  package var coco: COCOReference?
  /// Ends waiting for a reader.
  package var writeDeadline = WriteDeadline()

  package init(camera: String, stem: String, classes: ClassCatalogue) {
    self.camera = camera
    self.stem = stem
    fileName = stem
    self.classes = classes
  }
}

/// A requested output.
package struct SinkRequest: Sendable {
  package let kind: SinkKind
  package let target: String

  package init(_ kind: SinkKind, target: String) {
    self.kind = kind
    self.target = target
  }
}
