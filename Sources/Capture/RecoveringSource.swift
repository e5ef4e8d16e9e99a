package import FFmpeg
import Imaging
import Pipeline
import Scene
import Synchronization

/// A live source that is reopened whenever it fails, by a `ReconnectPolicy`.
///
/// `next()` blocks until a frame arrives, however often it must reconnect; indices and times continue. Without a
/// limit of retries it throws only `interrupted`; with one, the last failure. Nothing is opened before the first
/// `next()` or `connect()`: until then `description` has the size 0 × 0.
public final class RecoveringSource: FrameSource {
  /// Opens the source once; the flag interrupts it.
  package typealias Opening = @Sendable (InterruptFlag) throws(CaptureError) -> any FrameSource

  /// The connection; locked while `next()` waits.
  private struct Connection {
    var source: (any FrameSource)?
    var reconnection: Reconnection
    var stamps = ContinuedStamps()
    /// The last reported state of this connection; `nil` before its first frame.
    var facts: SourceState.Facts?
    /// Seconds delivered so far, by the source's times.
    var begin: Double?
    var position = 0.0

    /// Whether an end is expected here: at the duration of a file, or for a byte stream with an end.
    func isOver(_ description: SourceDescription) -> Bool {
      if let duration = description.duration { return position > duration - 2 }
      return description.kind != .live
    }
  }

  /// State that other threads read meanwhile.
  private struct Record {
    var description: SourceDescription
    var source: (any FrameSource)?
    var audio: ContinuedAudio?
    var earlierLosses = SourceLosses()
    var reconnects: [SourceState.Cause: Int] = [:]
  }

  /// Clock and sleep; replaced in tests.
  struct Time: Sendable {
    /// Monotonic seconds.
    var now: @Sendable () -> Double
    /// Sleeps for some seconds or until the source is interrupted.
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
  /// - Parameter observe: called with state changes on the thread that calls `next()`; must not block.
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
    // Checking whether a camera is plugged in is cheap, and the user who plugs it in is waiting.
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

  /// A source that `open` opens; messages call it `address`.
  package convenience init(
    address: String, policy: ReconnectPolicy, open: @escaping Opening,
    observe: @escaping @Sendable (SourceState) -> Void = { _ in }
  ) {
    self.init(address: address, policy: policy, open: open, observe: observe, time: nil)
  }

  /// The same with another clock, for tests.
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

  /// The description from the last successful opening, with the size of the latest frame.
  public var description: SourceDescription { record.withLock { $0.description } }

  /// Audio of all connections, at the times of their frames; connections with another codec are left out.
  public var audio: AudioPackets? { record.withLock { $0.audio.map { AudioPackets($0.queue) } } }

  /// The losses of all connections.
  public var losses: SourceLosses {
    let (earlier, source) = record.withLock { ($0.earlierLosses, $0.source) }
    return source.map { earlier + $0.losses } ?? earlier
  }

  /// Number of reconnections, by cause of the failure.
  public var reconnects: [SourceState.Cause: Int] { record.withLock { $0.reconnects } }

  /// Opens the source, retrying as `next()` does, so that `description` is known. Throws as `next()` does.
  public func connect() throws(CaptureError) {
    try connection.withLock { (connection) throws(CaptureError) in
      while connection.source == nil {
        do throws(CaptureError) { try reopen(&connection) } catch { try recover(from: error, &connection) }
      }
    }
  }

  /// The next frame. `endOfStream` is returned only for a source with a duration that is not unattended.
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
            record.withLock { $0.audio }?.pass(from: source.audio?.queue, later: connection.stamps.shift)
            see(width: layout.width, height: layout.height, &connection)
            return .frame(frame)
          case .endOfStream:
            // Some broken connections look like an end; the regular end of a source with a duration comes when it is
            // due.
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

  /// Ends the current `next()`, opening or delay, and all later ones.
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
      if record.description.width == 0 { record.audio = source.audio.map { ContinuedAudio(like: $0.queue) } }
      record.description = source.description
      record.source = source
    }
    // An interrupt during opening had no source to interrupt.
    if flag.isInterrupted { source.interrupt() }
  }

  /// Reports the first frame, or a changed size, codec or rate.
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

  /// Closes the failed connection, and waits until it may be reopened, or throws the failure.
  private func recover(
    as cause: SourceState.Cause, from error: CaptureError, _ connection: inout Connection
  ) throws(CaptureError) {
    // Starting a file again would show its frames twice.
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
