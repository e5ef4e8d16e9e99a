import FFmpeg
import Imaging
import Scene
import V4L2

/// A running camera and the decoder of its frames.
struct CameraStream: ~Copyable {
  let description: SourceDescription
  private(set) var losses = SourceLosses()
  private var device: Device
  private let format: CaptureFormat
  private var decoder: CheckedDecoder
  private var wrapper: FrameWrapper
  private var clock: RisingTimes
  private let interrupt: InterruptFlag
  private let timeout: Double
  private var patience: DecodeTimeout
  private let withholdsDamaged: Bool
  private var index = 0
  private var lastSequence: UInt32?
  /// The driver's time of the first frame.
  private var begin: Double?

  init(path: String, options: SourceOptions, interrupt: InterruptFlag) throws(CaptureError) {
    var device = try Device.opened(path)
    let format = try device.agreed(on: options.camera)
    let decoder = try CheckedDecoder.of(format, path: path, threads: options.decoderThreads)
    try device.started()
    self.device = device
    self.format = format
    self.decoder = decoder
    wrapper = FrameWrapper(isForDrawing: options.isForDrawing, fieldOrder: format.fieldOrder)
    clock = RisingTimes(interval: 1 / (format.rate ?? 25))
    self.interrupt = interrupt
    timeout = options.timeout
    patience = DecodeTimeout(timeout: options.timeout)
    withholdsDamaged = options.withholdsDamaged ?? true
    description = SourceDescription(
      kind: .live, address: path, path: nil, width: format.size.width, height: format.size.height,
      nominalRate: format.rate, duration: nil, frameCount: nil, timeBase: .microseconds, pixelAspect: 1,
      codec: format.format.description.lowercased())
  }

  /// Waits for the next complete frame; throws `stalled` if none arrives for too long although others do.
  mutating func next() throws(CaptureError) -> CapturedFrame {
    var hasTried = false
    var reason: String?
    while true {
      if hasTried, patience.isOver() {
        throw CaptureError(
          .stalled,
          "cannot show \(description.address): frames came, but no whole one within \(patience.seconds) s"
            + (reason.map { "; the last failure: \($0)" } ?? ""))
      }
      let (facts, packet) = try fetch()
      hasTried = true
      count(facts.sequence)
      do throws(FFmpegError) {
        if facts.isDamaged, withholdsDamaged { throw FFmpegError(.invalidData, "the driver reports damage") }
        try decoder.send(packet)
        guard case .frame(let frame) = try decoder.receive() else { continue }
        if frame.isDamaged, withholdsDamaged { throw FFmpegError(.invalidData, "the frame is damaged") }
        return try captured(frame, facts)
      } catch {
        do throws(FFmpegError) { try losses.countDamage(error) } catch {
          throw CaptureError(error, reading: description.address, isLive: true)
        }
        reason = error.message
      }
    }
  }

  private mutating func fetch() throws(CaptureError) -> (FrameInfo, Packet) {
    let format = format, interrupt = interrupt
    let result: Result<(FrameInfo, Packet), FFmpegError>
    do throws(V4L2Error) {
      result = try device.read(timeout: timeout, isInterrupted: { interrupt.isInterrupted }) {
        (facts, bytes) throws(FFmpegError) in (facts, try Packet(copying: bytes, of: format))
      }
    } catch {
      throw CaptureError(error)
    }
    do throws(FFmpegError) { return try result.get() } catch {
      throw CaptureError(error, reading: description.address, isLive: true)
    }
  }

  /// Counts the frames between this one and the last; after a gap the decoder is reset.
  private mutating func count(_ sequence: UInt32) {
    defer { lastSequence = sequence }
    guard let lastSequence else { return }
    let gap = sequence &- lastSequence
    // A counter that does not rise is ignored.
    guard gap > 1, gap < 1 << 31 else { return }
    losses.skippedFrames += Int(gap) - 1
    if format.format == .h264 { decoder.flush() }
  }

  private mutating func captured(_ frame: Frame, _ facts: FrameInfo) throws(FFmpegError) -> CapturedFrame {
    if !format.format.isCompressed { frame.colour.isFullRange = format.isFullRange }
    let arrival = FrameStamp.now()
    patience.renew(at: arrival)
    let begin = begin ?? facts.seconds
    self.begin = begin
    let seconds = clock.next(facts.seconds > 0 ? facts.seconds - begin : nil)
    losses.mendedTimestamps = clock.count
    let pixels = try wrapper.wrap(frame)
    defer { index += 1 }
    return CapturedFrame(
      stamp: FrameStamp(index: index, seconds: seconds, arrival: arrival), pixels: pixels, isDamaged: frame.isDamaged)
  }
}

// Errors of the layers below, as capture errors.

extension Device {
  fileprivate static func opened(_ path: String) throws(CaptureError) -> Device {
    do throws(V4L2Error) { return try Device(path: path) } catch { throw CaptureError(error) }
  }

  fileprivate mutating func agreed(on request: CaptureRequest) throws(CaptureError) -> CaptureFormat {
    do throws(V4L2Error) { return try negotiate(request) } catch { throw CaptureError(error) }
  }

  fileprivate mutating func started() throws(CaptureError) {
    do throws(V4L2Error) { try start() } catch { throw CaptureError(error) }
  }
}

extension CheckedDecoder {
  fileprivate static func of(
    _ format: CaptureFormat, path: String, threads: Int
  ) throws(CaptureError) -> CheckedDecoder {
    do throws(FFmpegError) {
      return try CheckedDecoder(StreamParameters(camera: format), threads: threads, isLowDelay: true)
    } catch {
      throw CaptureError(error, reading: path, isLive: true)
    }
  }
}

extension CaptureError {
  init(_ error: V4L2Error) {
    let code: Code =
      switch error.code {
      case .missing: .notFound
      case .denied: .accessDenied
      case .busy: .busy
      case .unsupported: .unsupported
      case .timedOut: .stalled
      case .interrupted: .interrupted
      case .broken: .inputOutput
      }
    self.init(code, error.description)
  }
}
