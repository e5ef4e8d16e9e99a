import Glibc

/// An error of a camera.
package struct V4L2Error: Error, Hashable, Sendable, CustomStringConvertible {
  /// Kinds of failures.
  package enum Code: Hashable, Sendable {
    /// The device does not exist or was unplugged.
    case missing
    /// Permission denied.
    case denied
    /// Another program uses it.
    case busy
    /// The device is not a camera, or lacks what was requested.
    case unsupported
    /// No frame arrived in time.
    case timedOut
    /// The caller interrupted the wait.
    case interrupted
    /// The driver reported a failure.
    case broken
  }

  /// The kind of failure.
  package let code: Code
  /// One sentence: what was tried, expected and found.
  package let description: String

  /// An error with its sentence.
  package init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// The error for `errno` `number` of trying to `action` the device at `path`.
  static func system(_ number: Int32, _ action: String, _ path: String) -> V4L2Error {
    switch number {
    case ENOENT: V4L2Error(.missing, "cannot \(action) \(path): there is no such device")
    case ENODEV, ENXIO: V4L2Error(.missing, "cannot \(action) \(path): the camera is not plugged in")
    case EACCES, EPERM:
      V4L2Error(
        .denied, "cannot \(action) \(path): permission denied; its users are in the group `video`")
    case EBUSY: V4L2Error(.busy, "cannot \(action) \(path): another program uses the camera")
    default: V4L2Error(.broken, "cannot \(action) \(path): \(unsafe String(cString: strerror(number)))")
    }
  }
}
