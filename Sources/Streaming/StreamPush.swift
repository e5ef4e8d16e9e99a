package import Capture
import FFmpeg
package import Imaging
package import Outputs
package import Pipeline
import RingBuffer
package import Scene
import Synchronization

/// Streams frames to a receiver on its own thread, and reconnects after failures.
///
/// It delays no one: the newest frame waits while one is sent; older ones are dropped and counted. Frames are dropped
/// before they are encoded, so the sent stream has no gaps, and each connection starts with a keyframe. While the
/// receiver is offline nothing is copied, drawn or encoded.
package final class StreamPush: Sendable {
  /// State and counts.
  package struct Report: Sendable {
    /// The address without credentials.
    package var address: String
    /// State of the connection; `nil` before the first frame was offered.
    package var state: SourceState?
    /// Frames sent.
    package var sent = 0
    /// Frames not sent because the receiver was offline or slow, or the processor too slow.
    package var dropped = 0
    /// Number of reconnections, by cause.
    package var reconnects: [SourceState.Cause: Int] = [:]
    /// Message of the last failure.
    package var lastFailure: String?

    /// Whether the receiver accepts frames.
    package var isUp: Bool { if case .up = state { true } else { false } }
  }

  private struct Waiting: ~Copyable {
    let pixels: PixelBuffer
    /// Those of the source, which a copy does not have.
    let colours: ColourMetadata
    let seconds: Double
    /// Findings to draw.
    let findings: FrameFindings?
  }

  private struct State {
    var report: Report
    var pool: PixelPool?
    var thread: WorkThread?
    /// Frames lost with a failed connection.
    var lostCount = 0
    var isEnding = false
  }

  private let address: PushAddress
  private let settings: PushWriter.Settings
  private let policy: ReconnectPolicy
  private let classes: ClassCatalogue
  private let style: OverlayStyle
  private let observe: @Sendable (SourceState) -> Void
  private let queue = Channel<Waiting>(capacity: 1, policy: .keepNewest)
  private let flag = InterruptFlag()
  private let pause = Wakeup()
  private let hasEnded = Wakeup()
  /// Whether a frame would be accepted: not while the receiver is offline. Relaxed: a hint.
  private let isWanted = Atomic(false)
  private let refused = Atomic(0)
  private let state: Mutex<State>

  /// A stream to `address`; call `start()`.
  ///
  /// - Parameters:
  ///   - classes: names for drawing.
  ///   - style: how to draw.
  ///   - observe: called with state changes on the sending thread.
  package init(
    _ address: PushAddress, settings: PushWriter.Settings = .init(), policy: ReconnectPolicy = .init(),
    classes: ClassCatalogue, style: OverlayStyle = .init(),
    observe: @escaping @Sendable (SourceState) -> Void = { _ in }
  ) {
    self.address = address
    self.settings = settings
    self.policy = policy
    self.classes = classes
    self.style = style
    self.observe = observe
    state = Mutex(State(report: Report(address: address.description)))
  }

  /// State and counts.
  package var report: Report {
    var (report, lostCount) = state.withLock { ($0.report, $0.lostCount) }
    report.dropped = lostCount + refused.load(ordering: .relaxed) + queue.lostCount
    return report
  }

  /// Starts the thread. Throws if it cannot be created.
  package func start() throws(PipelineError) {
    let thread = try WorkThread(name: "push")
    state.withLock { $0.thread = thread }
    isWanted.store(true, ordering: .relaxed)
    Task(executorPreference: thread) { self.serve() }
  }

  /// Copies `image` to be sent, if the receiver is online. Call it on one thread; it never waits for the receiver.
  ///
  /// - Parameter findings: drawn on the copy first.
  package func offer(_ image: borrowing PixelBuffer, at seconds: Double, drawing findings: FrameFindings? = nil) {
    guard isWanted.load(ordering: .relaxed), let copy = try? copy(of: image) else {
      refused.wrappingAdd(1, ordering: .relaxed)
      return
    }
    _ = queue.send(Waiting(pixels: copy, colours: image.colourMetadata, seconds: seconds, findings: findings))
  }

  /// Sends the waiting frame, closes the connection and ends the thread; waits at most a second for the receiver.
  package func finish() {
    guard
      let thread = state.withLock({ state in
        state.isEnding = true
        return state.thread.take()
      })
    else { return }
    isWanted.store(false, ordering: .relaxed)
    queue.finish()
    pause.end()
    if !hasEnded.wait(seconds: 1) { flag.interrupt() }
    thread.join()
    queue.drain()
  }

  /// A copy to draw on and encode. At most three exist: one waiting, one being sent, one being made.
  private func copy(of image: borrowing PixelBuffer) throws(ImagingError) -> PixelBuffer? {
    let layout = image.layout
    let known = state.withLock { $0.pool }
    if let known, known.layout == layout { return try known.copy(of: image) }
    let pool = try PixelPool(layout: layout, capacity: 3)
    state.withLock { $0.pool = pool }
    return try pool.copy(of: image)
  }

  private func serve() {
    defer { hasEnded.notify() }
    var reconnection = Reconnection(policy: policy)
    while true {
      switch queue.receive() {
      case .closed: return
      case .value(let first):
        do throws(OutputError) { try send(first, &reconnection) } catch {
          guard wait(after: error, &reconnection) else { return }
        }
      }
    }
  }

  /// Connects, and sends `first` and all following frames.
  private func send(_ first: consuming Waiting, _ reconnection: inout Reconnection) throws(OutputError) {
    setState(.connecting)
    let layout = first.pixels.layout, colours = first.colours
    var next: Waiting? = first
    // Counted when it is sent.
    state.withLock { $0.lostCount += 1 }
    var writer = try PushWriter(address, settings: settings, layout: layout, colours: colours, interrupt: flag)
    var overlay: Overlay?
    var isUp = false
    while let waiting = next.take() {
      if waiting.pixels.layout != writer.layout {
        // A stream has one size: another connection starts.
        try writer.finish()
        writer = try PushWriter(
          address, settings: settings, layout: waiting.pixels.layout, colours: waiting.colours, interrupt: flag)
        isUp = false
      }
      draw(waiting, &overlay)
      try writer.write(waiting.pixels, at: waiting.seconds)
      state.withLock { state in
        state.lostCount -= 1
        state.report.sent += 1
      }
      if !isUp {
        isUp = true
        reconnection.up(at: Double(MonotonicTime.nanoseconds) / 1e9)
        let layout = writer.layout
        setState(.up(.init(width: layout.width, height: layout.height, codec: "h264", rate: settings.nominalRate)))
      }
      switch queue.receive() {
      case .closed: break
      case .value(let waiting):
        state.withLock { $0.lostCount += 1 }
        next = consume waiting
      }
    }
    // A failure to close the connection loses no frame.
    try? writer.finish()
  }

  private func draw(_ waiting: borrowing Waiting, _ overlay: inout Overlay?) {
    guard let findings = waiting.findings else { return }
    if overlay?.layout != waiting.pixels.layout {
      overlay = try? Overlay(layout: waiting.pixels.layout, classes: classes, style: style)
    }
    try? overlay?.draw(
      tracks: findings.visibleTracks, untracked: findings.untracked, speeds: findings.speeds, on: waiting.pixels,
      at: findings.stamp.seconds)
  }

  /// Waits until the receiver may be reconnected; returns `false` if it is given up.
  private func wait(after error: OutputError, _ reconnection: inout Reconnection) -> Bool {
    if state.withLock({ $0.isEnding }) { return false }
    let cause = error.cause.map { SourceState.Cause($0) } ?? .failed
    let decision = reconnection.down(cause, at: Double(MonotonicTime.nanoseconds) / 1e9)
    let counts = reconnection.counts
    state.withLock { state in
      state.report.reconnects = counts
      state.report.lastFailure = error.description
    }
    isWanted.store(false, ordering: .relaxed)
    switch decision {
    case .giveUp:
      setState(.down(cause: cause, message: error.description, retryIn: .infinity))
      return false
    case .retry(let delay):
      setState(.down(cause: cause, message: error.description, retryIn: delay))
      pause.wait(seconds: delay)
      // The frame that waited meanwhile is old.
      dropWaiting()
      let isEnding = state.withLock { $0.isEnding }
      isWanted.store(!isEnding, ordering: .relaxed)
      return !isEnding
    }
  }

  /// Drops the waiting frame and counts it.
  private func dropWaiting() {
    let count = queue.waitingCount
    queue.drain()
    state.withLock { $0.lostCount += count }
  }

  private func setState(_ new: SourceState) {
    state.withLock { $0.report.state = new }
    observe(new)
  }
}
