import FFmpeg
import Imaging
import Scene

/// A demuxer and the decoder of its video: the common part of files, pipes and network streams.
struct DecodedStream: ~Copyable {
  private var demuxer: Demuxer
  private var decoder: CheckedDecoder
  private var wrapper: FrameWrapper
  private var times: PacketTimes
  private var clock: RisingTimes
  /// Arrival times of the frames being decoded.
  private var arrivals = FrameArrivals()
  /// Whether a frame is known to be complete only when the next one starts.
  private let endsWithNext: Bool
  /// Orientations from the headers of still images being decoded; `nil` for other codecs.
  private var stillOrientations: [FrameOrientation]?
  private var sender: SenderClock?
  private var assembly: KeyframeAssembly?
  private let video: StreamDescription
  private let interval: Double
  private let name: String
  private let withholdsDamaged: Bool
  private let isLive: Bool
  private let audioQueue: PacketQueue?
  /// Also receives all packets.
  private let ring: PacketRing?
  private var index = 0
  /// Frames and audio before this time, in seconds of the source, are skipped.
  private let begin: Double
  private var damagedInARow = 0
  /// Withholds packets after a loss from the decoder; `nil` if damaged frames are wanted.
  private var gate: KeyframeGate?
  private var decodeTimeout: DecodeTimeout
  /// Packets with corrected times that the decoder has not taken yet, and the arrival of the last one.
  private var waiting: [Packet] = []
  private var lastArrival: UInt64 = 0
  private var isFinished = false
  private var isDraining = false
  /// A read error, kept until all frames before it are out.
  private var pending: FFmpegError?
  private(set) var losses = SourceLosses()

  /// After so many failures in a row the stream counts as broken.
  private static let patience = 64

  let description: SourceDescription

  /// Opens `input`, called `name` in messages, and the decoder of its main video stream.
  init(
    _ input: Demuxer.Input, name: String, path: String?, kind: SourceDescription.Kind, libav: [String: String] = [:],
    options: SourceOptions, interrupt: InterruptFlag
  ) throws(CaptureError) {
    var kind = kind
    do throws(FFmpegError) {
      var demuxer = try Demuxer(
        input, options: libav, takesPlaylists: options.takesPlaylists, timeout: options.timeout, interrupt: interrupt)
      // A file waits until its audio is fetched, wherever it is.
      if kind == .live, demuxer.isFinite { kind = .file }
      guard let video = demuxer.mainVideo else {
        throw FFmpegError(.invalidData, "cannot show \(name): it holds no video")
      }
      guard !video.parameters.isEncrypted else { throw Self.encrypted(name) }
      let audioStreams = options.wantsAudio ? demuxer.streams.filter { $0.parameters.kind == .audio } : []
      demuxer.ignoreStreams(except: Set([video.index] + audioStreams.map(\.index)))
      let origin = options.start > 0 ? (demuxer.start ?? 0) + options.start : 0
      // Frames between the keyframe and the start are decoded and skipped.
      if options.start > 0 { try demuxer.seek(toKeyframeOf: video, before: origin) }
      decoder = try CheckedDecoder(
        video.parameters, threads: options.decoderThreads, isLowDelay: kind == .live)
      audioQueue = audioStreams.isEmpty || !options.keepsAudio ? nil : PacketQueue(streams: audioStreams)
      ring = options.ring
      ring?.begin(video: video, audioStreams: ring?.takesAudio ?? false ? audioStreams : [])
      let rate = video.plausibleRate
      interval = 1 / (rate ?? 25)
      let isByArrival = kind == .live && demuxer.lacksTimestamps
      times = PacketTimes(
        isByArrival ? .arrival : .stated(mayJump: demuxer.hasTimestampJumps || kind == .live), interval: interval,
        isLive: kind == .live)
      clock = RisingTimes(interval: interval)
      let codec = video.parameters.codecName
      sender = kind == .live ? SenderClock(codec: codec) : nil
      endsWithNext = kind == .live && demuxer.endsWithNext(video)
      stillOrientations = ["png", "tiff"].contains(codec) ? [] : nil
      assembly = kind == .live && demuxer.splitsKeyframes(video) ? KeyframeAssembly() : nil
      wrapper = FrameWrapper(
        isForDrawing: options.isForDrawing, orientation: video.orientation, pixelAspect: video.pixelAspect,
        framesStateAspect: !video.hasStatedAspect, fieldOrder: video.fieldOrder,
        hasFields: !["png", "apng"].contains(codec))
      let isTurned = video.orientation.isOnItsSide
      let (width, height) = FrameWrapper.squareSize(
        width: video.parameters.width, height: video.parameters.height, pixelAspect: video.pixelAspect)
      begin = options.start > 0 ? origin - video.timeBase.seconds(of: 1) / 2 : -.infinity
      description = SourceDescription(
        kind: kind, address: name, path: path, width: isTurned ? height : width, height: isTurned ? width : height,
        nominalRate: rate, duration: video.duration,
        frameCount: kind == .live
          ? nil : video.frameCount ?? video.duration.flatMap { length in rate.map { Int(min(length * $0, 1e12)) } },
        timeBase: video.timeBase, pixelAspect: 1, origin: origin, codec: codec,
        creationTime: kind == .live ? nil : demuxer.creationTime)
      self.video = video
      self.demuxer = demuxer
    } catch {
      throw CaptureError(error, reading: name, isLive: kind == .live)
    }
    isLive = kind == .live
    self.name = name
    withholdsDamaged = options.withholdsDamaged ?? (kind == .live)
    gate = withholdsDamaged && kind == .live ? KeyframeGate() : nil
    decodeTimeout = DecodeTimeout(timeout: options.timeout)
  }

  private static func encrypted(_ name: String) -> FFmpegError {
    FFmpegError(.unsupported, "cannot show \(name): its video is encrypted, and there is no key")
  }

  /// The queue that audio goes to.
  var audio: PacketQueue? { audioQueue }

  /// Reads and decodes until a frame is available.
  mutating func next() throws(CaptureError) -> CaptureOutcome {
    do throws(FFmpegError) {
      while true {
        if demuxer.interrupt.isInterrupted { throw FFmpegError(.interrupted, "cannot read \(name): interrupted") }
        try checkPatience()
        switch try receive() {
        case .frame(let frame):
          if (frame.isDamaged && withholdsDamaged) || gate?.isClosed == true {
            losses.withheldFrames += 1
            gate?.close()
          } else {
            if let captured = try captured(frame) { return .frame(captured) }
          }
        case .needsInput: try feed()
        case .endOfStream:
          if let pending { throw pending }
          if index == 0 {
            throw FFmpegError(
              .invalidData,
              begin > -.infinity
                ? "cannot begin \(description.origin) s into \(name): it is over before"
                : "cannot show \(name): no frame in it could be decoded")
          }
          return .endOfStream
        }
      }
    } catch {
      throw CaptureError(error, reading: name, isLive: isLive)
    }
  }

  /// Throws if a live stream sends packets but no complete frame for too long.
  private func checkPatience() throws(FFmpegError) {
    guard isLive, decodeTimeout.isOver() else { return }
    throw FFmpegError(
      .timedOut, "cannot show \(name): packets came, but no whole frame within \(decodeTimeout.seconds) s")
  }

  /// Receives a frame from the decoder; damage costs a frame, not the stream.
  private mutating func receive() throws(FFmpegError) -> Decoder.Outcome {
    do throws(FFmpegError) {
      return try decoder.receive()
    } catch {
      try forgive(error)
      return isDraining && damagedInARow >= Self.patience ? .endOfStream : .needsInput
    }
  }

  /// Sends one more packet to the decoder.
  private mutating func feed() throws(FFmpegError) {
    if isDraining { return }
    do throws(FFmpegError) {
      // One at a time: a decoder accepts no more until its frames have been received.
      if !waiting.isEmpty { return try take(waiting.removeFirst(), at: lastArrival) }
      if isFinished { return try drain() }
      switch try demuxer.read() {
      case .packet(let packet):
        damagedInARow = 0
        let now = FrameStamp.now()
        guard packet.streamIndex == video.index else {
          pass(packet, at: now)
          return
        }
        if packet.isEncrypted { throw Self.encrypted(name) }
        let arrival = demuxer.arrival(endsWithNext: endsWithNext) ?? now
        waiting = times.mend(video: packet, arrival: arrival)
        lastArrival = arrival
      case .endOfStream: finish()
      }
    } catch {
      switch error.code {
      case .timedOut, .interrupted, .outOfMemory: throw error
      case .invalidData where damagedInARow < Self.patience: try forgive(error)
      case .invalidData: finish()
      default:
        pending = error
        finish()
      }
    }
  }

  /// Forwards an audio packet.
  private mutating func pass(_ packet: Packet, at arrival: UInt64) {
    times.mend(packet)
    ring?.append(packet, at: arrival)
    if packet.timestamp.map({ packet.timeBase.seconds(of: $0) >= begin }) ?? true { audioQueue?.append(packet) }
  }

  /// Queues a video packet with corrected times.
  private mutating func take(_ packet: Packet, at arrival: UInt64) throws(FFmpegError) {
    arrivals.add(packet.timestamp ?? packet.decodingTimestamp, arrival)
    sender?.see(packet.senderTime, at: packet.timestamp.map { packet.timeBase.seconds(of: $0) })
    for whole in try assembly?.add(packet) ?? [packet] {
      ring?.append(whole, at: arrival)
      try decode(whole)
    }
  }

  /// Sends a video packet to the decoder, unless the gate withholds it.
  private mutating func decode(_ packet: Packet) throws(FFmpegError) {
    let lost = Int(demuxer.lostPacketCount) - losses.lostPackets
    losses.lostPackets += lost
    switch gate?.judge(isKey: packet.isKey, isWhole: lost == 0 && !packet.isCorrupt) ?? .pass {
    case .withhold:
      losses.withheldFrames += 1
      return
    case .reset: decoder.flush()
    case .pass: break
    }
    // Damaged packets of a file are decoded as far as possible, and counted. In broadcasts a splice looks like
    // damage: there the decoder decides.
    if packet.isCorrupt, !demuxer.hasTimestampJumps { losses.damagedPackets += 1 }
    do throws(FFmpegError) {
      try decoder.send(packet)
      if stillOrientations != nil {
        let bytes = unsafe packet.withBytes { unsafe Array($0) }
        stillOrientations?.append(StillHeader(bytes)?.orientation ?? .upright)
      }
    } catch {
      try forgive(error)
      gate?.close()
    }
  }

  /// Ends reading; packets held back follow.
  private mutating func finish() {
    waiting = times.finish()
    isFinished = true
  }

  private mutating func drain() throws(FFmpegError) {
    if let last = assembly?.finish() { try decode(last) }
    isDraining = true
    damagedInARow = 0
    do throws(FFmpegError) { try decoder.send(nil) } catch { try forgive(error) }
  }

  private mutating func forgive(_ error: FFmpegError) throws(FFmpegError) {
    if error.code == .interrupted { throw error }
    losses.damagedPackets += 1
    damagedInARow += 1
  }

  /// `frame` with its index and time; `nil` if it is before the start.
  private mutating func captured(_ frame: Frame) throws(FFmpegError) -> CapturedFrame? {
    damagedInARow = 0
    let now = FrameStamp.now()
    decodeTimeout.renew(at: now)
    let known = arrivals.take(frame.timestamp)
    // A file is read long before its frames are consumed.
    let arrival = isLive ? known ?? now : now
    let given = frame.timestamp.map { video.timeBase.seconds(of: $0) }
    let taken = sender?.taken(at: given, wall: FrameStamp.wall())
    let seconds = clock.next(given)
    losses.mendedTimestamps = clock.count + times.mendedCount
    let stated = stillOrientations?.isEmpty == false ? stillOrientations?.removeFirst() : nil
    if seconds < begin { return nil }
    let isDamaged = frame.isDamaged
    if isDamaged { losses.damagedFrames += 1 }
    let pixels = try wrapper.wrap(frame, stated: stated)
    defer { index += 1 }
    return CapturedFrame(
      stamp: FrameStamp(index: index, seconds: seconds, arrival: arrival, taken: taken), pixels: pixels,
      isDamaged: isDamaged)
  }
}
