package import Pipeline

/// The thread that draws and encodes previews. All viewers and cameras share it, so they take at most one thread from
/// detection.
package final class PreviewEncoder: Sendable {
  private let thread: WorkThread

  /// Starts the thread. Throws if the system has none left.
  package init() throws(PipelineError) { thread = try WorkThread(name: "previews") }

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

  /// The result of `body`, which draws something else.
  package func draw<Answer: Sendable>(_ body: @escaping @Sendable () throws -> Answer) async throws -> Answer {
    try await Task(executorPreference: thread) { try body() }.value
  }

  /// Ends the thread.
  package func stop() { thread.join() }
}
