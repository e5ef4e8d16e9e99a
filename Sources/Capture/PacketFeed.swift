package import FFmpeg
import Pipeline
import Synchronization

/// A network stream whose packets go into a ring as they come. Nothing is decoded, so a large stream costs little. It is
/// reopened whenever it fails, by a `ReconnectPolicy`.
package final class PacketFeed: Sendable {
  /// How the stream is doing.
  package struct Report: Sendable {
    /// Its state; `nil` before it was first opened.
    package var state: SourceState?
    /// Number of failures.
    package var failures = 0
  }

  private let url: String
  private let name: String
  private let options: SourceOptions
  private let ring: PacketRing
  private let policy: ReconnectPolicy
  private let observe: @Sendable (SourceState) -> Void
  private let flag = InterruptFlag()
  private let pause = Wakeup()
  private let record = Mutex(Report())

  /// A feed of the stream at `url` into `ring`, which is not opened yet.
  ///
  /// - Parameter observe: called with state changes on the thread of `run()`; must not block.
  package init(
    network url: String, ring: PacketRing, options: SourceOptions = SourceOptions(),
    policy: ReconnectPolicy = ReconnectPolicy(), observe: @escaping @Sendable (SourceState) -> Void = { _ in }
  ) {
    var options = options
    options.ring = ring
    self.url = url
    name = Redaction.redact(url)
    self.options = options
    self.ring = ring
    self.policy = policy
    self.observe = observe
  }

  /// How it is doing.
  package var report: Report { record.withLock { $0 } }

  private func see(_ state: SourceState) {
    record.withLock { record in
      if case .down = state { record.failures += 1 }
      record.state = state
    }
    observe(state)
  }

  /// Reads until it is interrupted. Blocks, so call it on a thread of its own.
  package func run() {
    var reconnection = Reconnection(policy: policy)
    while !flag.isInterrupted {
      see(.connecting)
      let failure: CaptureError
      do throws(FFmpegError) { failure = try read { reconnection.up(at: Self.now) } } catch {
        failure = CaptureError(error, reading: name, isLive: true)
      }
      if flag.isInterrupted { return }
      let cause = SourceState.Cause(failure.code)
      switch reconnection.down(cause, at: Self.now) {
      case .giveUp: return see(.down(cause: cause, message: failure.message, retryIn: .infinity))
      case .retry(let delay):
        see(.down(cause: cause, message: failure.message, retryIn: delay))
        pause.wait(seconds: delay)
      }
    }
  }

  /// Ends `run()`; callable on any thread.
  package func interrupt() {
    flag.interrupt()
    pause.end()
  }

  private static var now: Double { Double(PacketRing.now()) / 1e9 }

  /// Opens the stream and reads it to its end, which it returns as a failure; calls `start` at the first keyframe.
  private func read(start: () -> Void) throws(FFmpegError) -> CaptureError {
    var demuxer = try Demuxer(
      .address(url), options: StreamSource.networkOptions(url: url, options: options),
      takesPlaylists: options.takesPlaylists, timeout: options.timeout, interrupt: flag)
    guard let video = demuxer.mainVideo else {
      throw FFmpegError(.invalidData, "cannot record \(name): it holds no video")
    }
    guard !demuxer.isFinite else {
      throw FFmpegError(.unsupported, "cannot record \(name): expected a live stream, got a file")
    }
    let audioStreams = ring.takesAudio ? demuxer.streams.filter { $0.parameters.kind == .audio } : []
    demuxer.ignoreStreams(except: Set([video.index] + audioStreams.map(\.index)))
    ring.begin(video: video, audioStreams: audioStreams)
    let rate = video.plausibleRate
    var times = PacketTimes(
      demuxer.lacksTimestamps ? .arrival : .stated(mayJump: true), interval: 1 / (rate ?? 25), isLive: true)
    var assembly = demuxer.splitsKeyframes(video) ? KeyframeAssembly() : nil
    let endsWithNext = demuxer.endsWithNext(video)
    var hasStarted = false
    var patience = DecodeTimeout(timeout: options.timeout)
    while case .packet(let packet) = try demuxer.read() {
      if patience.isOver() {
        throw FFmpegError(
          .timedOut,
          "cannot record \(name): packets came, but no \(hasStarted ? "video" : "keyframe") within \(patience.seconds) s"
        )
      }
      guard packet.streamIndex == video.index else {
        times.mend(packet)
        ring.append(packet)
        continue
      }
      if hasStarted || packet.isKey { patience.renew(at: PacketRing.now()) }
      let arrival = demuxer.arrival(endsWithNext: endsWithNext) ?? PacketRing.now()
      for mended in times.mend(video: packet, arrival: arrival) {
        for whole in try assembly?.add(mended) ?? [mended] { ring.append(whole, at: arrival) }
      }
      guard !hasStarted, packet.isKey else { continue }
      hasStarted = true
      start()
      let parameters = video.parameters
      see(
        .up(.init(width: parameters.width, height: parameters.height, codec: parameters.codecName, rate: rate)))
    }
    return CaptureError(.unreachable, "\(name): the stream ended")
  }
}
