import Synchronization
import V4L2

/// The path of a camera that can be unplugged: the number of its node changes, its udev link does not.
final class CameraPlace: Sendable {
  private let path: String
  private let stable = Mutex<String?>(nil)

  init(path: String) { self.path = path }

  /// The path to open now: that of the same camera as before if known, else the user's.
  var current: String { stable.withLock { $0 } ?? path }

  /// Remembers which camera it is, after it was opened.
  func remember() {
    guard let found = CameraNodes.stablePath(of: current) else { return }
    stable.withLock { $0 = found }
  }
}
