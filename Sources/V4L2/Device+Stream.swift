import CV4L2
import Glibc

/// Metadata of a frame.
package struct FrameInfo: Hashable, Sendable {
  /// The camera's frame counter; a gap means frames that were not fetched in time.
  package var sequence: UInt32
  /// Capture time in seconds of the monotonic clock, from the driver.
  package var seconds: Double
  /// Whether the driver reports damaged data.
  package var isDamaged: Bool
}

extension Device {
  /// Starts the camera with `bufferCount` buffers.
  package mutating func start(bufferCount: Int = 4) throws(V4L2Error) {
    let buffers = try MappedBuffers(descriptor, count: bufferCount, path: path)
    for index in 0..<buffers.count { try enqueue(UInt32(index)) }
    self.buffers = consume buffers
    var type = Int32(V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue)
    let status = unsafe yolostream_v4l2_start(descriptor, &type)
    guard status == 0 else { throw .system(status, "start", path) }
  }

  /// Waits for the next frame and calls a closure with its bytes.
  ///
  /// - Parameters:
  ///   - timeout: longest wait in seconds before `timedOut` is thrown.
  ///   - isInterrupted: called ten times per second; returning `true` ends the wait with `interrupted`.
  package mutating func read<R, E: Error>(
    timeout: Double, isInterrupted: () -> Bool, _ body: (FrameInfo, RawSpan) throws(E) -> R
  ) throws(V4L2Error) -> Result<R, E> {
    var buffer = yolostream_v4l2_frame()
    var waited = 0.0
    while true {
      if isInterrupted() { throw V4L2Error(.interrupted, "cannot read \(path): interrupted") }
      let status = unsafe yolostream_v4l2_dequeue_buffer(descriptor, &buffer)
      if status == 0 { break }
      guard status == EAGAIN else { throw failure(status) }
      guard waited < timeout else {
        throw V4L2Error(.timedOut, "cannot read \(path): no frame within \(timeout) s")
      }
      waited += try wait(seconds: min(0.1, timeout - waited))
    }
    let facts = FrameInfo(sequence: buffer.sequence, seconds: buffer.seconds, isDamaged: buffer.is_damaged != 0)
    let index = Int(buffer.index)
    let result = buffers?.withBytes(index, count: Int(buffer.byte_count)) { bytes -> Result<R, E> in
      do throws(E) { return .success(try body(facts, bytes)) } catch { return .failure(error) }
    }
    try enqueue(buffer.index)
    guard let result else { throw V4L2Error(.broken, "cannot read \(path): it was not started") }
    return result
  }

  private borrowing func enqueue(_ index: UInt32) throws(V4L2Error) {
    var buffer = yolostream_v4l2_frame()
    buffer.index = index
    let status = unsafe yolostream_v4l2_queue_buffer(descriptor, &buffer)
    guard status == 0 else { throw failure(status) }
  }

  /// Waits until a buffer is ready; returns the seconds that may have passed.
  private borrowing func wait(seconds: Double) throws(V4L2Error) -> Double {
    var waiting = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    let count = unsafe poll(&waiting, 1, Int32((seconds * 1000).rounded(.up)))
    // An unplugged camera and a failed one look alike here; dequeuing the buffer distinguishes them.
    if count > 0, waiting.revents & Int16(POLLERR | POLLHUP) != 0 {
      var buffer = yolostream_v4l2_frame()
      let status = unsafe yolostream_v4l2_dequeue_buffer(descriptor, &buffer)
      throw failure(status == 0 || status == EAGAIN ? EIO : status)
    }
    return count == 0 ? max(seconds, 0.001) : 0
  }

  /// A driver that loses its device during a call may return `EINVAL`.
  private borrowing func failure(_ status: Int32) -> V4L2Error {
    guard status == EINVAL || status == EIO else { return .system(status, "read", path) }
    var capability = v4l2_capability()
    let now = unsafe yolostream_v4l2_query_capabilities(descriptor, &capability)
    return .system(now == 0 ? status : now, "read", path)
  }
}
