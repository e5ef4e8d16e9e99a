public import FFmpeg
public import Imaging
public import Scene

/// Writes pictures as an H.264 video: MP4 or MKV by the ending of the path, MKV to standard output.
///
/// Every picture keeps its own time, and sound is copied. The file is made with the first picture and written in pieces of
/// half a second, so what is there plays even if the program is killed.
public struct VideoWriter: ~Copyable {
  /// How to write.
  public struct Settings: Sendable {
    /// x264's preset: the trade of size for time.
    ///
    /// Measured on one core of an AVX2 machine, 768x576 (vtest.avi) and 1280x720 (people-walking.mp4), without decoding:
    /// ultrafast 3.3 and 4.3 ms a frame, superfast 4.8 and 7.2, veryfast 6.8 and 11.6; files of 12.7 and 6.3 MB, 9.1 and
    /// 4.3, 7.3 and 3.2. Superfast is the middle: a third smaller than the first, a third cheaper than the last.
    public var preset = "superfast"
    /// How finely x264 looks for motion between pixels, 0...9. At 0, which leaves it out, vtest.avi takes a quarter less
    /// time than at superfast's 1 and 8 % more bytes, at the same likeness (SSIM 0.986 for 0.987).
    public var subpixelSearch = 0
    /// x264's constant rate factor, 0...51; smaller is better and larger.
    public var quality = 23
    /// Threads that encode. One: the detectors have the other processors, and more threads cost more time in sum.
    public var threads = 1
    /// Unit of the timestamps; that of the source keeps its times exactly. MKV always has milliseconds.
    public var timeBase = TimeBase.video
    /// Time of the source, in seconds, at which the video begins; `nil` for that of the first picture.
    public var origin: Double? = 0
    /// Pictures a second, as far as known.
    public var nominalRate: Double?
    /// Width over height of a pixel.
    public var pixelAspect = 1.0
    /// Files that must not be overwritten.
    public var protectedFiles = ProtectedFiles()

    /// The defaults.
    public init() {}
  }

  /// The endings of paths that it takes.
  public static let endings: Set<String> = ["mp4", "m4v", "mov", "mkv"]

  /// Where it writes; `-` is standard output.
  public let path: String
  /// Pictures written so far.
  public private(set) var frameCount = 0
  private let settings: Settings
  private let audio: PacketQueue?
  private var muxer: Muxer
  private var importer = FrameImport()
  private var track: Track?
  /// Index in the file of each sound track, by its index in the source, and the last time of decoding written.
  private var audioTracks: [Int: (output: Int, last: Int64)] = [:]
  private var lastTicks: Int64?
  /// The sentence about audio that was left out; `nil` if none was.
  public private(set) var warning: String?
  private var isFirstPieceWritten = false

  private struct Track: ~Copyable {
    var encoder: Encoder
    let index: Int
  }

  /// Prepares the file at `path`. The first picture decides size and colours; later ones are fitted to it.
  ///
  /// - Parameter audio: the queue of the source, whose packets are copied; tracks that the container does not take are
  ///   left out.
  public init(path: String, settings: Settings = Settings(), audio: PacketQueue? = nil) throws(OutputError) {
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

  /// Writes a picture that is shown at `stamp.seconds`. A time that is not later than the last becomes the next tick.
  public mutating func write(_ pixels: borrowing PixelBuffer, at stamp: FrameStamp) throws(OutputError) {
    do throws(FFmpegError) {
      if track == nil { try begin(like: pixels, at: stamp.seconds) }
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
      try copySound()
      try writeFirstPiece()
    } catch {
      throw failure(error)
    }
  }

  /// Makes the file one that plays as soon as each track has begun; sound that does not come is not waited for.
  private mutating func writeFirstPiece() throws(FFmpegError) {
    guard !isFirstPieceWritten, frameCount >= 8 || audioTracks.values.allSatisfy({ $0.last > .min }) else { return }
    isFirstPieceWritten = true
    try muxer.flush()
  }

  /// Writes what is still held back and closes the file. What was written stays if this fails.
  public consuming func finish() throws(OutputError) {
    do throws(FFmpegError) {
      guard var current = track.take() else { return }
      try current.encoder.send(nil)
      try Self.drain(&current, into: &muxer)
      try copySound()
      try muxer.finish()
    } catch {
      throw failure(error)
    }
  }

  private func failure(_ error: FFmpegError) -> OutputError {
    let name = path == "-" ? "standard output" : path
    // A pipe that nobody reads is the only thing that cannot be reached here.
    let code: OutputError.Code = path == "-" && error.code == .unreachable ? .readerGone : .writeFailed
    return OutputError(
      frameCount == 0 && error.code == .unsupported ? .cannotCreate : code,
      error.message.contains(name) ? error.message : "cannot write \(name): \(error.message)", cause: error)
  }

  /// Opens the encoder for pictures like the first.
  private mutating func begin(like pixels: borrowing PixelBuffer, at seconds: Double) throws(FFmpegError) {
    let layout = pixels.layout
    // No look-ahead and no reordering: a kill loses a second, not what the encoder hoards.
    var encoding = Encoder.Settings(
      h264Like: layout, timeBase: settings.timeBase, preset: settings.preset, quality: settings.quality)
    encoding.nominalRate = settings.nominalRate
    encoding.pixelAspect = settings.pixelAspect
    encoding.colourMetadata = (pixels.keeper as? Frame)?.colourMetadata ?? .unspecified
    encoding.threads = settings.threads
    encoding.keyInterval = Int(min(max((settings.nominalRate ?? 25) * 2, 10), 250))
    encoding.hasGlobalHeader = muxer.needsGlobalHeader
    // Entropy coding is lossless: CAVLC gives the same images as CABAC with a fifth less of the encoder's time, for 7 % more
    // bytes.
    encoding.options["x264-params"] = "subme=\(settings.subpixelSearch):cabac=0"
    let encoder = try Encoder(encoding)
    let index = try muxer.addStream(of: encoder)
    for stream in audio?.streams ?? [] {
      let name = stream.parameters.codecName
      do throws(FFmpegError) {
        guard muxer.takes(stream.parameters) else {
          throw FFmpegError(.unsupported, "the container has no place for it")
        }
        // What cannot begin must not keep the video from beginning.
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

  /// Copies the sound that has been read so far.
  private mutating func copySound() throws(FFmpegError) {
    guard let audio else { return }
    for packet in audio.takeAll() {
      // A packet out of order would end the file, and what lies before a beginning in the middle is not wanted. At the very
      // beginning encoders put a little silence in front, which has its place.
      guard let track = audioTracks[packet.streamIndex], let time = packet.decodingTimestamp ?? packet.timestamp,
        time > track.last,
        muxer.origin == 0 || packet.timeBase.seconds(of: time) >= muxer.origin
      else { continue }
      audioTracks[packet.streamIndex]?.last = time
      do throws(FFmpegError) { try muxer.write(packet, to: track.output) } catch {
        // What the disk refuses is no fault of the packet.
        guard [.invalidData, .invalidArgument, .unsupported, .accessDenied].contains(error.code) else { throw error }
        audioTracks[packet.streamIndex] = nil
        warning = warning ?? "\(path): its audio ends early: \(error.message)"
      }
    }
  }
}
