package import Pipeline

/// A thread that draws and encodes. All viewers and cameras share one for what is live, so they take at most one thread from
/// detection, and another for what lies on a disk, which may be slow or hang.
package final class PreviewEncoder: Sendable {
  private let thread: WorkThread

  /// Starts the thread called `name`. Throws if the system has none left.
  package init(_ name: String = "previews") throws(PipelineError) { thread = try WorkThread(name: name) }

  /// The last frame of a camera as a JPEG; `nil` before the first.
  package func jpeg(of frame: LatestFrame, boxes: Bool) async throws -> [UInt8]? {
    try await Task(executorPreference: thread) { try frame.jpeg(boxes: boxes) }.value
  }

  /// The image of a live view: the last frame of a camera, or `statusImage` while none arrives.
  package func view(of frame: LatestFrame, boxes: Bool, statusImage: StatusImage) async throws -> [UInt8] {
    try await Task(executorPreference: thread) {
      if statusImage.isUp, let jpeg = try frame.jpeg(boxes: boxes) { return jpeg }
      return try statusImage.jpeg()
    }.value
  }

  /// The result of `body`, which draws or reads something else.
  package func draw<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer) async throws -> Answer {
    try await Task(executorPreference: thread) { try body() }.value
  }

  /// Ends the thread.
  package func stop() { thread.join() }
}
