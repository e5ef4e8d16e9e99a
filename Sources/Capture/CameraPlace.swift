import Synchronization
import V4L2

/// Where a camera is, over unplugging: its node's number may change, the link that udev makes for it does not.
final class CameraPlace: Sendable {
  private let path: String
  private let stable = Mutex<String?>(nil)

  init(path: String) { self.path = path }

  /// The path to open now: that of the same camera as before where it is known, else the user's.
  var current: String { stable.withLock { $0 } ?? path }

  /// Notes which camera it is, after it has been opened.
  func remember() {
    guard let found = CameraNodes.stablePath(of: current) else { return }
    stable.withLock { $0 = found }
  }
}
