package import FFmpeg
package import Imaging
package import Scene

/// Writes frames as an H.264 video: MP4 or MKV by the extension of the path, MKV to standard output.
///
/// Every frame keeps its time, and audio is copied. The file is created with the first frame and grows by fragments
/// of half a second, so it is playable even if the program is killed.
package struct VideoWriter: ~Copyable {
  /// Encoding settings.
  package struct Settings: Sendable {
    /// x264's preset, a trade-off between speed and size.
    ///
    /// Measured on one core of an AVX2 machine, 768x576 (vtest.avi) and 1280x720 (people-walking.mp4), without decoding:
    /// ultrafast 3.3 and 4.3 ms a frame, superfast 4.8 and 7.2, veryfast 6.8 and 11.6; files of 12.7 and 6.3 MB, 9.1 and
    /// 4.3, 7.3 and 3.2. Superfast is the middle: a third smaller than the first, a third cheaper than the last.
    package var preset = "superfast"
    /// x264's sub-pixel motion search, 0...9. With 0 (none) vtest.avi takes a quarter less time than with superfast's
    /// 1, and 8 % more bytes, at about the same quality (SSIM 0.986 instead of 0.987).
    package var subpixelSearch = 0
    /// x264's constant rate factor, 0...51; lower is better and larger.
    package var quality = 23
    /// Encoder threads. One, because detection uses the other processors, and more threads cost more CPU time in
    /// total.
    package var threads = 1
    /// Unit of the timestamps; that of the source keeps its times exactly. MKV always uses milliseconds.
    package var timeBase = TimeBase.video
    /// Start of the video in seconds of the source; `nil` for the first frame.
    package var origin: Double? = 0
    /// Frames per second, if known.
    package var nominalRate: Double?
    /// Pixel aspect ratio, width over height.
    package var pixelAspect = 1.0
    /// Files that must not be overwritten.
    package var protectedFiles = ProtectedFiles()

    /// The defaults.
    package init() {}
  }

  /// Supported extensions.
  package static let endings: Set<String> = ["mp4", "m4v", "mov", "mkv"]

  /// Path; `-` is standard output.
  package let path: String
  /// Number of frames written.
  package private(set) var frameCount = 0
  private let settings: Settings
  private let audio: PacketQueue?
  private var muxer: Muxer
  private var importer = FrameImport()
  private var track: Track?
  /// For each audio stream of the source: its index in the file and the last decoding time written.
  private var audioTracks: [Int: (output: Int, last: Int64)] = [:]
  private var lastTicks: Int64?
  /// A sentence about audio that was left out; `nil` if none was.
  package private(set) var warning: String?
  private var isFirstFragmentWritten = false

  private struct Track: ~Copyable {
    var encoder: Encoder
    let index: Int
  }

  /// Prepares the file at `path`. The first frame determines size and colours; later ones are scaled to it.
  ///
  /// - Parameter audio: the audio queue of the source, whose packets are copied; codecs that the container does not
  ///   support are left out.
  package init(path: String, settings: Settings = Settings(), audio: PacketQueue? = nil) throws(OutputError) {
    let container: Muxer.Container
    switch path.split(separator: ".").last?.lowercased() {
    case "mkv": container = .matroska
    case _ where path == "-": container = .matroska
    case .some(let ending) where Self.endings.contains(ending): container = .mp4
    default: throw OutputError(.cannotCreate, "cannot create \(path): expected a name ending in .mp4 or .mkv")
    }
    try settings.protectedFiles.check(path)
    do throws(FFmpegError) {
      muxer = try Muxer(path: path, container: container)
    } catch {
      throw OutputError(.cannotCreate, error.message, cause: error)
    }
    self.path = path
    self.settings = settings
    self.audio = audio
  }

  /// Writes a frame with presentation time `stamp.seconds`. A time that does not increase becomes the next tick.
  ///
  /// - Parameter colours: primaries and transfer characteristics of its source; `nil` takes them from `pixels`, which has none
  ///   if it is a copy. Those of the first frame hold for the video.
  package mutating func write(
    _ pixels: borrowing PixelBuffer, at stamp: FrameStamp, colours: ColourMetadata? = nil
  ) throws(OutputError) {
    do throws(FFmpegError) {
      if track == nil { try begin(like: pixels, at: stamp.seconds, colours ?? pixels.colourMetadata) }
      guard var current = track.take() else { return }
      let encoding = current.encoder.settings
      let frame = try importer.frame(
        pixels, format: encoding.format, width: encoding.width, height: encoding.height, colour: encoding.colour)
      var ticks = settings.timeBase.ticks(at: stamp.seconds)
      if let lastTicks, ticks <= lastTicks { ticks = lastTicks + 1 }
      lastTicks = ticks
      try current.encoder.send(frame, timestamp: ticks)
      try Self.drain(&current, into: &muxer)
      track = consume current
      frameCount += 1
      try copyAudio()
      try writeFirstFragment()
    } catch {
      throw failure(error)
    }
  }

  /// Makes the file playable as soon as each track has started; does not wait for missing audio.
  private mutating func writeFirstFragment() throws(FFmpegError) {
    guard !isFirstFragmentWritten, frameCount >= 8 || audioTracks.values.allSatisfy({ $0.last > .min }) else { return }
    isFirstFragmentWritten = true
    try muxer.flush()
  }

  /// Writes the rest and closes the file. If that fails, what was written is kept.
  package consuming func finish() throws(OutputError) {
    do throws(FFmpegError) {
      guard var current = track.take() else { return }
      try current.encoder.send(nil)
      try Self.drain(&current, into: &muxer)
      try copyAudio()
      try muxer.finish()
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: FFmpegError) -> OutputError {
    let name = path == "-" ? "standard output" : path
    // The only error of this kind is a pipe without a reader.
    let code: OutputError.Code = path == "-" && error.code == .unreachable ? .readerGone : .writeFailed
    return OutputError(
      frameCount == 0 && error.code == .unsupported ? .cannotCreate : code,
      error.message.contains(name) ? error.message : "cannot write \(name): \(error.message)", cause: error)
  }

  /// Opens the encoder for frames like the first.
  private mutating func begin(
    like pixels: borrowing PixelBuffer, at seconds: Double, _ colours: ColourMetadata
  ) throws(FFmpegError) {
    let layout = pixels.layout
    // No look-ahead and no B-frames: killing the program loses at most a second.
    var encoding = Encoder.Settings(
      h264Like: layout, timeBase: settings.timeBase, preset: settings.preset, quality: settings.quality)
    encoding.nominalRate = settings.nominalRate
    encoding.pixelAspect = settings.pixelAspect
    encoding.colourMetadata = colours
    encoding.threads = settings.threads
    encoding.keyInterval = Int(min(max((settings.nominalRate ?? 25) * 2, 10), 250))
    encoding.hasGlobalHeader = muxer.needsGlobalHeader
    // CAVLC gives the same images as CABAC with a fifth less encoding time, for 7 % more bytes.
    encoding.options["x264-params"] = "subme=\(settings.subpixelSearch):cabac=0"
    let encoder = try Encoder(encoding)
    let index = try muxer.addStream(of: encoder)
    for stream in audio?.streams ?? [] {
      let name = stream.parameters.codecName
      do throws(FFmpegError) {
        guard muxer.takes(stream.parameters) else {
          throw FFmpegError(.unsupported, "the container has no place for it")
        }
        // Audio that cannot be muxed must not prevent the video.
        try Muxer.tryCopy(of: stream, in: muxer.container)
        audioTracks[stream.index] = (try muxer.addCopy(of: stream), Int64.min)
      } catch { warning = warning ?? "\(path) has no audio from \(name): \(error.message)" }
    }
    muxer.origin = settings.origin ?? seconds
    try muxer.begin()
    track = Track(encoder: encoder, index: index)
  }

  private static func drain(_ track: inout Track, into muxer: inout Muxer) throws(FFmpegError) {
    while case .packet(let packet) = try track.encoder.receive() { try muxer.write(packet, to: track.index) }
  }

  /// Copies the audio packets read so far.
  private mutating func copyAudio() throws(FFmpegError) {
    guard let audio else { return }
    for packet in audio.takeAll() {
      // A packet out of order would be an error, and audio before the start is not wanted, except the priming silence
      // of encoders at the very start.
      guard let track = audioTracks[packet.streamIndex], let time = packet.decodingTimestamp ?? packet.timestamp,
        time > track.last,
        muxer.origin == 0 || packet.timeBase.seconds(of: time) >= muxer.origin
      else { continue }
      audioTracks[packet.streamIndex]?.last = time
      do throws(FFmpegError) { try muxer.write(packet, to: track.output) } catch {
        // A full disk is not an error of the packet.
        guard [.invalidData, .invalidArgument, .unsupported, .accessDenied].contains(error.code) else { throw error }
        audioTracks[packet.streamIndex] = nil
        warning = warning ?? "\(path): its audio ends early: \(error.message)"
      }
    }
  }
}

extension PixelBuffer {
  /// Primaries and transfer characteristics of a decoder's own frame; unspecified for a copy.
  package var colourMetadata: ColourMetadata { (keeper as? Frame)?.colourMetadata ?? .unspecified }
}
