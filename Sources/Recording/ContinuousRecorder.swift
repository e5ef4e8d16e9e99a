package import FFmpeg
import Outputs
package import Pipeline
package import Scene
package import Settings
import Synchronization

/// Records all that one camera sends, on a thread of its own: a slow disk delays no one else.
package final class ContinuousRecorder: Sendable {
  private struct Inbox {
    /// When something moved last, in monotonic nanoseconds, since that was asked for.
    var motion: UInt64?
    /// What the clock of events is ahead of this machine's wall clock, in seconds.
    var skew = 0.0
    var isEnding = false
  }

  /// Seconds between two looks at what has arrived.
  private static let interval = 0.5

  private let settings: CameraSettings
  private let ring: PacketRing
  private let folder: MediaFolder
  private let isOn: @Sendable () -> Bool
  private let inbox = Mutex(Inbox())
  private let wake = Wakeup()
  private let thread = OwnedThread()

  /// A recorder of what the camera with `settings` sends through `ring`, while `isOn`; `nil` if that is not recorded.
  package init?(
    _ settings: CameraSettings, ring: PacketRing?, folder: MediaFolder, isOn: @escaping @Sendable () -> Bool
  ) {
    guard settings.record.isContinuous, let ring else { return nil }
    self.settings = settings
    self.ring = ring
    self.folder = folder
    self.isOn = isOn
  }

  /// Starts the thread. Throws if there is none.
  package func start() throws(PipelineError) {
    try thread.start("segments \(settings.name)") { self.serve() }
  }

  /// Ends the last segment, and returns when the thread has ended.
  package func stop() async {
    await thread.stop {
      inbox.withLock { $0.isEnding = true }
      wake.notify()
    }
  }

  /// Takes the times of a frame that was analysed, and whether something moved in it.
  package func see(_ stamp: FrameStamp, isMoving: Bool) {
    inbox.withLock { inbox in
      if isMoving { inbox.motion = max(inbox.motion ?? 0, stamp.arrival) }
      inbox.skew = stamp.skew ?? inbox.skew
    }
  }

  private func serve() {
    SegmentFolder(path: folder.path).adoptUnfinished(of: settings.name)
    let record = settings.record
    var tape = SegmentTape(
      settings.name, ring, before: record.preRoll, after: record.postRoll, folder: folder)
    while true {
      wake.wait(seconds: Self.interval)
      let (motion, skew, isEnding) = inbox.withLock { inbox in
        defer { inbox.motion = nil }
        return (inbox.motion, inbox.skew, inbox.isEnding)
      }
      if isOn() {
        tape.work(now: PacketRing.now(), skew: skew)
        if let motion { tape.noteMotion(at: motion) }
      } else {
        tape.stop()
      }
      guard isEnding else { continue }
      return tape.stop()
    }
  }
}
