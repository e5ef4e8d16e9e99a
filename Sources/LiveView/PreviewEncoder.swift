package import Pipeline

/// The thread that draws and encodes what people look at. One for all viewers and cameras, so that however many they are,
/// they take no more than one thread from detection.
package final class PreviewEncoder: Sendable {
  private let thread: WorkThread

  /// Starts the thread. Throws where there is none to be had.
  package init() throws(PipelineError) { thread = try WorkThread(name: "pictures") }

  /// The last frame of a camera as a JPEG; `nil` before the first.
  package func jpeg(of frame: LatestFrame, boxes: Bool) async throws -> [UInt8]? {
    try await Task(executorPreference: thread) { try frame.jpeg(boxes: boxes) }.value
  }

  /// What a live view shows: the last frame of a camera, or `plate` while none comes.
  package func view(of frame: LatestFrame, boxes: Bool, statusImage: StatusImage) async throws -> [UInt8] {
    try await Task(executorPreference: thread) {
      if statusImage.isUp, let jpeg = try frame.jpeg(boxes: boxes) { return jpeg }
      return try statusImage.jpeg()
    }.value
  }

  /// Ends the thread.
  package func stop() { thread.join() }
}
