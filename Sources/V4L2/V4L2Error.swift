import Glibc

/// Why a camera gives no frames.
public struct V4L2Error: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  public enum Code: Hashable, Sendable {
    /// There is no such device, or it was unplugged.
    case missing
    /// The permissions do not allow it.
    case denied
    /// Another program uses it.
    case busy
    /// It is no camera, or offers nothing that was asked for.
    case unsupported
    /// No frame came for too long.
    case timedOut
    /// The caller wanted it to end.
    case interrupted
    /// The driver reports a failure.
    case broken
  }

  /// What went wrong.
  public let code: Code
  /// One sentence: what was tried, expected and got.
  public let description: String

  /// An error `code` with a sentence.
  public init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// The system's error `number` from trying to `action` at the device at `path`.
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
