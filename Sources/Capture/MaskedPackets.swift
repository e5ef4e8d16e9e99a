package import FFmpeg
import Imaging
package import Pipeline
package import Scene
import Synchronization

/// The packets of a live stream, encoded again as H.264 with privacy masks painted: what is made of packets (clips, continuous
/// recordings, live video) must not show what is behind a mask.
///
/// It decodes and encodes each frame on a thread of its own. A frame that cannot be masked is not in `ring`.
package final class MaskedPackets: Sendable {
  /// The packets with masks. Keyframes are where the stream has them, times and arrivals are those of the stream.
  package let ring: PacketRing
  private let source: PacketRing
  private let areas: [Polygon]
  private let name: String
  private let fail: @Sendable (String) -> Void
  private let work = Mutex<(thread: WorkThread, task: Task<Void, Never>)?>(nil)

  /// The packets of `source`, a stream of `camera`, with `areas` painted black.
  ///
  /// - Parameter fail: called with a sentence when packets cannot be masked, once until they can again.
  package init(
    _ source: PacketRing, of camera: String, masks areas: [Polygon], fail: @escaping @Sendable (String) -> Void
  ) {
    self.source = source
    name = "mask \(camera)"
    self.areas = areas
    self.fail = fail
    ring = PacketRing(takesAudio: source.takesAudio)
  }

  /// Begins with the next keyframe. Throws if there is no thread for it.
  package func start() throws(PipelineError) {
    let thread = try WorkThread(name: name)
    let reader = source.reader(seconds: 0)
    reader.begin(at: .max)
    let task = Task(executorPreference: thread) { await self.run(reader) }
    work.withLock { $0 = (thread, task) }
  }

  /// Stops, and returns when the thread has ended.
  package func stop() async {
    guard let (thread, task) = work.withLock({ $0.take() }) else { return }
    task.cancel()
    await task.value
    thread.join()
  }

  private func run(_ reader: PacketReader) async {
    var encoding: MaskedEncoding?
    var isFailing = false
    for await _ in reader.arrivals {
      for entry in reader.take() {
        do throws(FFmpegError) {
          if encoding?.follows(entry) != true {
            encoding = nil
            guard entry.isKey else { continue }
            encoding = try MaskedEncoding(entry, areas)
          }
          try encoding?.take(entry, into: ring)
          isFailing = false
        } catch {
          // Nothing can be decoded before the next keyframe.
          encoding = nil
          if !isFailing { fail("cannot paint masks on what is recorded: \(error.message)") }
          isFailing = true
        }
      }
    }
  }
}

/// Decodes, paints and encodes the packets of one connection, without a gap.
private struct MaskedEncoding: ~Copyable {
  private let epoch: PacketRing.StreamEpoch
  private let isIntraOnly: Bool
  private var number: Int
  private var decoder: Decoder
  private var wrapper: FrameWrapper
  private var mask: PrivacyMask
  private var encoder: Encoder?
  private var arrivals = FrameArrivals()
  private var last: Int64?

  init(_ first: PacketRing.Entry, _ areas: [Polygon]) throws(FFmpegError) {
    let video = first.epoch.video
    epoch = first.epoch
    number = first.number - 1
    isIntraOnly = Decoder.isIntraOnly(video.parameters)
    decoder = try Decoder(video.parameters, isLowDelay: true)
    // As the network sees frames: masks are drawn on those.
    wrapper = FrameWrapper(
      isForDrawing: true, orientation: video.orientation, pixelAspect: video.pixelAspect, fieldOrder: video.fieldOrder)
    mask = PrivacyMask(areas)
    encoder = nil
  }

  /// Whether `entry` is the packet after the last one.
  func follows(_ entry: PacketRing.Entry) -> Bool {
    entry.number == number + 1 && entry.epoch.number == epoch.number
  }

  mutating func take(_ entry: PacketRing.Entry, into ring: PacketRing) throws(FFmpegError) {
    number = entry.number
    guard entry.isVideo else {
      if encoder != nil { ring.append(entry.packet, at: entry.arrival) }
      return
    }
    arrivals.add(entry.packet.timestamp ?? entry.packet.decodingTimestamp, entry.arrival)
    try decoder.send(entry.packet)
    while case .frame(let frame) = try decoder.receive() { try encode(frame, latest: entry.arrival, into: ring) }
  }

  private mutating func encode(_ frame: Frame, latest: UInt64, into ring: PacketRing) throws(FFmpegError) {
    let arrival = arrivals.take(frame.timestamp) ?? latest
    let isKey = frame.isKeyframe && !isIntraOnly
    let format: FrameFormat = frame.format == .nv12 ? .nv12 : .yuv420p
    let pixels = try wrapper.wrap(frame, format: format)
    do throws(ImagingError) { try mask.paint(pixels) } catch {
      throw FFmpegError(.outOfMemory, "\(error)")
    }
    guard let painted = pixels.keeper as? Frame else {
      throw FFmpegError(.unsupported, "cannot use a frame of \(frame.formatName)")
    }
    let ticks = max(frame.timestamp ?? .min, last.map { $0 &+ 1 } ?? (frame.timestamp ?? 0))
    last = ticks
    if encoder == nil {
      let opened = try Encoder(settings(for: painted))
      ring.begin(video: try epoch.video.encoded(by: opened), audioStreams: epoch.audioStreams)
      encoder = consume opened
    }
    try encoder?.send(painted, timestamp: ticks, isKey: isKey)
    while case .packet(let packet)? = try encoder?.receive() {
      let moved = try packet.moved(toStream: epoch.video.index, timeBase: epoch.video.timeBase, by: 0)
      ring.append(moved, at: arrival)
    }
  }

  private func settings(for frame: Frame) -> Encoder.Settings {
    let video = epoch.video, rate = video.plausibleRate
    var settings = Encoder.Settings(
      codecName: "libx264", width: max(2, frame.width & ~1), height: max(2, frame.height & ~1),
      format: frame.format == .nv12 ? .nv12 : .yuv420p, colour: frame.colour, timeBase: video.timeBase)
    settings.colourMetadata = frame.colourMetadata
    settings.nominalRate = rate
    // Keyframes are where the stream has them; a stream of keyframes alone has one in two seconds.
    settings.keyInterval = isIntraOnly ? Int(min(max((rate ?? 25) * 2, 10), 250)) : 1000
    settings.hasGlobalHeader = true
    // Without look-ahead, each frame comes out at once. Half the time of x264's default, for a third more bytes.
    settings.options = ["preset": "superfast", "crf": "23", "tune": "zerolatency", "x264-params": "scenecut=0"]
    return settings
  }
}
