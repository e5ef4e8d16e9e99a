public import Capture
import FFmpeg
public import Imaging
public import Outputs
public import Pipeline
import RingBuffer
public import Scene
import Synchronization

/// Sends the pictures of one stream to a receiver, on a thread of its own that connects again whenever that fails.
///
/// Nobody waits for it: the newest picture waits while the one before is sent, and an older one is dropped and counted.
/// Pictures are dropped before they are encoded, so what is sent has no holes, and each connection begins with a key
/// picture. While the receiver is away nothing is copied, drawn or encoded.
public final class StreamPush: Sendable {
  /// How it is doing.
  public struct Report: Sendable {
    /// Where it sends to, fit to be shown.
    public var address: String
    /// Whether pictures arrive; `nil` before the first was there to be sent.
    public var state: SourceState?
    /// Pictures sent.
    public var sent = 0
    /// Pictures that were not sent: the receiver was away or slow, or the processor was.
    public var dropped = 0
    /// How often it had to connect again, by cause.
    public var reconnects: [SourceState.Cause: Int] = [:]
    /// What went wrong last.
    public var lastFailure: String?

    /// Whether pictures arrive.
    public var isUp: Bool { if case .up = state { true } else { false } }
  }

  private struct Waiting: ~Copyable {
    let pixels: PixelBuffer
    let seconds: Double
    /// What is still to be drawn.
    let findings: FrameFindings?
  }

  private struct State {
    var report: Report
    var pool: PixelPool?
    var thread: WorkThread?
    /// Pictures that got lost on the way into a connection that failed.
    var spilt = 0
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
  /// Whether a picture would be taken; not while the receiver is away. Relaxed: a hint, nothing hangs on it.
  private let isWanted = Atomic(false)
  private let refused = Atomic(0)
  private let state: Mutex<State>

  /// Sends to `address`, once it is started.
  ///
  /// - Parameters:
  ///   - classes: what is drawn where findings come along.
  ///   - style: how it is drawn.
  ///   - observe: is told how the receiver does, on the thread that sends.
  public init(
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

  /// How it is doing.
  public var report: Report {
    var (report, spilt) = state.withLock { ($0.report, $0.spilt) }
    report.dropped = spilt + refused.load(ordering: .relaxed) + queue.lostCount
    return report
  }

  /// Begins. Throws where there is no thread to be had.
  public func start() throws(PipelineError) {
    let thread = try WorkThread(name: "push")
    state.withLock { $0.thread = thread }
    isWanted.store(true, ordering: .relaxed)
    Task(executorPreference: thread) { self.serve() }
  }

  /// Has a copy of `picture` sent, if the receiver is there. One thread at a time; never waits for the receiver.
  ///
  /// - Parameter findings: is drawn on the copy first.
  public func offer(_ picture: borrowing PixelBuffer, at seconds: Double, drawing findings: FrameFindings? = nil) {
    guard isWanted.load(ordering: .relaxed), let copy = try? copy(of: picture) else {
      refused.wrappingAdd(1, ordering: .relaxed)
      return
    }
    _ = queue.send(Waiting(pixels: copy, seconds: seconds, findings: findings))
  }

  /// Sends what waits, says goodbye and ends the thread; a receiver that takes longer than a second is left.
  public func finish() {
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

  /// A copy to draw on and to encode in peace: one waits, one is being sent, one is being made.
  private func copy(of picture: borrowing PixelBuffer) throws(ImagingError) -> PixelBuffer? {
    let layout = picture.layout
    let known = state.withLock { $0.pool }
    if let known, known.layout == layout { return try known.copy(of: picture) }
    let pool = try PixelPool(layout: layout, capacity: 3)
    state.withLock { $0.pool = pool }
    return try pool.copy(of: picture)
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

  /// Connects and sends, from `first` until there are no more.
  private func send(_ first: consuming Waiting, _ reconnection: inout Reconnection) throws(OutputError) {
    tell(.connecting)
    let layout = first.pixels.layout
    var next: Waiting? = first
    // Counted when it is sent.
    state.withLock { $0.spilt += 1 }
    var writer = try PushWriter(address, settings: settings, layout: layout, interrupt: flag)
    var overlay: Overlay?
    var isUp = false
    while let waiting = next.take() {
      if waiting.pixels.layout != writer.layout {
        // A stream has one size: the next begins.
        try writer.finish()
        writer = try PushWriter(address, settings: settings, layout: waiting.pixels.layout, interrupt: flag)
        isUp = false
      }
      draw(waiting, &overlay)
      try writer.write(waiting.pixels, at: waiting.seconds)
      state.withLock { state in
        state.spilt -= 1
        state.report.sent += 1
      }
      if !isUp {
        isUp = true
        reconnection.up(at: Double(MonotonicTime.nanoseconds) / 1e9)
        let layout = writer.layout
        tell(.up(.init(width: layout.width, height: layout.height, codec: "h264", rate: settings.nominalRate)))
      }
      switch queue.receive() {
      case .closed: break
      case .value(let waiting):
        state.withLock { $0.spilt += 1 }
        next = consume waiting
      }
    }
    // What goes wrong with the goodbye costs no picture.
    try? writer.finish()
  }

  private func draw(_ waiting: borrowing Waiting, _ overlay: inout Overlay?) {
    guard let findings = waiting.findings else { return }
    if overlay?.layout != waiting.pixels.layout {
      overlay = try? Overlay(layout: waiting.pixels.layout, classes: classes, style: style)
    }
    try? overlay?.draw(
      tracks: findings.visibleTracks, untracked: findings.untracked, on: waiting.pixels, at: findings.stamp.seconds)
  }

  /// Waits until the receiver may be tried again; `false` if it is not to be.
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
      tell(.down(cause: cause, message: error.description, retryIn: .infinity))
      return false
    case .retry(let delay):
      tell(.down(cause: cause, message: error.description, retryIn: delay))
      pause.wait(seconds: delay)
      // What waited meanwhile is old.
      spill()
      let isEnding = state.withLock { $0.isEnding }
      isWanted.store(!isEnding, ordering: .relaxed)
      return !isEnding
    }
  }

  /// Drops what waits, and counts it.
  private func spill() {
    let count = queue.waitingCount
    queue.drain()
    state.withLock { $0.spilt += count }
  }

  private func tell(_ news: SourceState) {
    state.withLock { $0.report.state = news }
    observe(news)
  }
}
