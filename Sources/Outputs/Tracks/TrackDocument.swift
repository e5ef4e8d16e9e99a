import Scene

/// A file that lists tracks one by one, written when the source is over.
protocol TrackDocument: SendableMetatype {
  init(_ book: TrackBook, _ context: SinkContext)
  /// Writes all of it.
  func write(to file: inout LineFile) throws(OutputError)
}

extension TrackDocument {
  /// Its line in the registry.
  static func kind(_ name: String, _ summary: String, ending: String) -> SinkKind {
    SinkKind(name, summary, ending: ending, needs: [.frames, .tracks], isForFiles: true) {
      path, context throws(OutputError) in
      TrackDocumentSink<Self>(file: try LineFile(path: path, context), context)
    }
  }
}

/// Collects the tracks of a source for a document.
private struct TrackDocumentSink<Document: TrackDocument>: ~Copyable, Sink {
  private var file: LineFile
  private let context: SinkContext
  private var book = TrackBook()

  init(file: consuming LineFile, _ context: SinkContext) {
    self.file = file
    self.context = context
  }

  mutating func take(_ frame: SinkFrame) { book.add(frame.findings) }

  mutating func finish() throws(OutputError) { try Document(book, context).write(to: &file) }
}
