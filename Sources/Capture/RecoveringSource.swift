public import FFmpeg
import Imaging
import Pipeline
import Scene
import Synchronization

/// A live source that is opened again whenever it fails, as a `ReconnectPolicy` says.
///
/// `next()` blocks until a frame is there, however often it must reconnect; indices and times go on over that. Without
/// a limit of retries it throws nothing but `interrupted`; with one, the last failure. Nothing is opened before the
/// first `next()` or `connect()`: until then `description` is that of a live source of unknown size (0 by 0), so whoever
/// needs the size takes it from the frames, or calls `connect()` first.
public final class RecoveringSource: FrameSource {
  /// Opens the source once. The flag ends whatever blocks in it.
  public typealias Opening = @Sendable (InterruptFlag) throws(CaptureError) -> any FrameSource

  /// What `next()` works on; held for as long as it waits.
  private struct Connection {
    var source: (any FrameSource)?
    var reconnection: Reconnection
    var stamps = ContinuedStamps()
    /// What was reported of this connection; `nil` before its first frame.
    var facts: SourceState.Facts?
    /// Seconds that it gave, by its own times.
    var begin: Double?
    var position = 0.0

    /// Whether an end is due here: that of what has a length, or of bytes that have an end.
    func isOver(_ description: SourceDescription) -> Bool {
      if let duration = description.duration { return position > duration - 2 }
      return description.kind != .live
    }
  }

  /// What others may look at meanwhile.
  private struct Record {
    var description: SourceDescription
    var source: (any FrameSource)?
    var audio: ContinuedAudio?
    var earlierLosses = SourceLosses()
    var reconnects: [SourceState.Cause: Int] = [:]
  }

  /// The clock and the wait that it lives by; tests have their own.
  struct Time: Sendable {
    /// Seconds of a clock that only rises.
    var now: @Sendable () -> Double
    /// Waits so many seconds, or until the source is interrupted.
    var wait: @Sendable (Double) -> Void
  }

  private let address: String
  private let open: Opening
  private let observe: @Sendable (SourceState) -> Void
  private let time: Time
  private let flag = InterruptFlag()
  private let pause = Wakeup()
  private let connection: Mutex<Connection>
  private let record: Mutex<Record>

  /// A source at `address`.
  ///
  /// - Parameter observe: is called with what the source does, on the thread that calls `next()`; it should not block.
  public convenience init(
    address: SourceAddress, options: SourceOptions = SourceOptions(), policy: ReconnectPolicy = ReconnectPolicy(),
    observe: @escaping @Sendable (SourceState) -> Void = { _ in }
  ) {
    guard case .camera(let path) = address.kind else {
      self.init(
        address: address.description, policy: policy,
        open: { (flag) throws(CaptureError) in try address.open(options, interrupt: flag) }, observe: observe)
      return
    }
    // To look whether a camera is plugged in costs nothing, and who plugs it in stands beside it.
    var policy = policy
    policy.longestDelay = min(policy.longestDelay, 1)
    let place = CameraPlace(path: path)
    self.init(
      address: path, policy: policy,
      open: { (flag) throws(CaptureError) in
        let camera = try CameraSource(path: place.current, options: options, interrupt: flag)
        place.remember()
        return camera
      }, observe: observe)
  }

  /// A source, called `address` in messages, that `open` opens.
  public convenience init(
    address: String, policy: ReconnectPolicy, open: @escaping Opening,
    observe: @escaping @Sendable (SourceState) -> Void = { _ in }
  ) {
    self.init(address: address, policy: policy, open: open, observe: observe, time: nil)
  }

  /// The same with a `time` of its own.
  init(
    address: String, policy: ReconnectPolicy, open: @escaping Opening,
    observe: @escaping @Sendable (SourceState) -> Void, time: Time?
  ) {
    self.address = address
    self.open = open
    self.observe = observe
    self.time =
      time ?? Time(now: { Double(FrameStamp.now()) / 1e9 }, wait: { [pause] seconds in pause.wait(seconds: seconds) })
    connection = Mutex(Connection(reconnection: Reconnection(policy: policy)))
    record = Mutex(
      Record(
        description: SourceDescription(
          kind: .live, address: address, path: nil, width: 0, height: 0, nominalRate: nil, duration: nil,
          frameCount: nil, timeBase: .microseconds, pixelAspect: 1, codec: nil)))
  }

  /// What the last successful opening found, with the size of the latest frame.
  public var description: SourceDescription { record.withLock { $0.description } }

  /// The audio of all connections, at the times of their frames; that of one whose codec is another is left out.
  public var audio: PacketQueue? { record.withLock { $0.audio?.queue } }

  /// The losses of all connections together.
  public var losses: SourceLosses {
    let (earlier, source) = record.withLock { ($0.earlierLosses, $0.source) }
    return source.map { earlier + $0.losses } ?? earlier
  }

  /// How often the source was opened again, by the cause of the failure before.
  public var reconnects: [SourceState.Cause: Int] { record.withLock { $0.reconnects } }

  /// Opens the source, as often as it takes; then `description` is known. Throws as `next()` does.
  public func connect() throws(CaptureError) {
    try connection.withLock { (connection) throws(CaptureError) in
      while connection.source == nil {
        do throws(CaptureError) { try reopen(&connection) } catch { try recover(from: error, &connection) }
      }
    }
  }

  /// The next frame; the end only of a stream that has a length, where somebody is there to see it.
  public func next() throws(CaptureError) -> CaptureOutcome {
    try connection.withLock { (connection) throws(CaptureError) -> CaptureOutcome in
      while true {
        do throws(CaptureError) {
          guard let source = connection.source else {
            try reopen(&connection)
            continue
          }
          switch try source.next() {
          case .frame(var frame):
            let layout = frame.pixels.layout
            connection.begin = connection.begin ?? frame.stamp.seconds
            connection.position = frame.stamp.seconds - (connection.begin ?? 0)
            frame.stamp = connection.stamps.next(frame.stamp)
            record.withLock { $0.audio }?.pass(from: source.audio, later: connection.stamps.shift)
            see(width: layout.width, height: layout.height, &connection)
            return .frame(frame)
          case .endOfStream:
            // Some broken connections look like an end; the real one of what has a length is where it is due.
            if !connection.reconnection.policy.isUnattended, connection.isOver(source.description) {
              return .endOfStream
            }
            try recover(as: .ended, from: CaptureError(.unreachable, "\(address): the stream ended"), &connection)
          }
        } catch {
          try recover(from: error, &connection)
        }
      }
    }
  }

  /// Ends a `next()` that waits, opens or pauses, and all later ones.
  public func interrupt() {
    flag.interrupt()
    pause.end()
    record.withLock { $0.source }?.interrupt()
  }

  /// Opens the source once.
  private func reopen(_ connection: inout Connection) throws(CaptureError) {
    if flag.isInterrupted { throw interruption }
    observe(.connecting)
    let source = try open(flag)
    connection.source = source
    connection.facts = nil
    connection.begin = nil
    connection.stamps.beginOpening()
    record.withLock { record in
      if record.description.width == 0 { record.audio = source.audio.map { ContinuedAudio(like: $0) } }
      record.description = source.description
      record.source = source
    }
    // Whoever interrupted while it was being opened had nothing to interrupt.
    if flag.isInterrupted { source.interrupt() }
  }

  /// Tells when frames begin to come, or have become others.
  private func see(width: Int, height: Int, _ connection: inout Connection) {
    if let facts = connection.facts, facts.width == width, facts.height == height { return }
    if connection.facts == nil { connection.reconnection.up(at: time.now()) }
    let description = record.withLock { record in
      record.description.width = width
      record.description.height = height
      return record.description
    }
    let facts = SourceState.Facts(
      width: width, height: height, codec: description.codec, rate: description.nominalRate)
    connection.facts = facts
    observe(.up(facts))
  }

  private func close(_ connection: inout Connection) {
    guard let failed = connection.source.take() else { return }
    record.withLock { record in
      record.earlierLosses = record.earlierLosses + failed.losses
      record.source = nil
    }
  }

  private var interruption: CaptureError { CaptureError(.interrupted, "cannot read \(address): interrupted") }

  private func recover(from error: CaptureError, _ connection: inout Connection) throws(CaptureError) {
    try recover(as: SourceState.Cause(error.code), from: error, &connection)
  }

  /// Closes what failed, and waits until it may be opened again or throws what happened.
  private func recover(
    as cause: SourceState.Cause, from error: CaptureError, _ connection: inout Connection
  ) throws(CaptureError) {
    // To begin a file again would show its frames twice.
    let isHalfRead =
      connection.facts != nil && connection.source?.description.kind == .file
      && !connection.reconnection.policy.isUnattended
    close(&connection)
    if error.code == .interrupted || flag.isInterrupted { throw interruption }
    if isHalfRead { throw error }
    let decision = connection.reconnection.down(cause, at: time.now())
    let counts = connection.reconnection.counts
    record.withLock { $0.reconnects = counts }
    switch decision {
    case .giveUp:
      observe(.down(cause: cause, message: error.message, retryIn: .infinity))
      throw error
    case .retry(let delay):
      observe(.down(cause: cause, message: error.message, retryIn: delay))
      time.wait(delay)
    }
  }
}
