public import FFmpeg
public import Imaging

/// Encodes pictures and sends them to a receiver, from one connection to its end.
///
/// It begins with a key picture and repeats one every two seconds, with what a player needs to begin there. Nothing is held
/// back: a picture is sent before the next is taken.
public struct PushWriter: ~Copyable {
  /// How to encode and send.
  public struct Settings: Sendable {
    /// x264's preset; see `VideoWriter.Settings`.
    public var preset = "superfast"
    /// x264's constant rate factor, 0...51; smaller is better and larger.
    public var quality = 23
    /// Seconds from one key picture to the next: what a player who joins has to wait, and what a segment of HLS lasts.
    public var keyInterval = 2.0
    /// Pictures a second, as far as known.
    public var nominalRate: Double?
    /// Width over height of a pixel.
    public var pixelAspect = 1.0
    /// Seconds that the receiver may take for an answer, or to take a picture.
    public var timeout = 10.0
    /// Whether the stream has no end: then a playlist names the last seconds only.
    public var isEndless = true

    /// The defaults.
    public init() {}
  }

  /// Layout of the first picture; the others must have the same size.
  public let layout: PixelLayout
  private let settings: Settings
  private var connection: Connection
  private var importer = FrameImport()
  private var begin: Double?
  private var lastTicks: Int64?
  private var lastKey: Int64?

  private struct Connection: ~Copyable {
    var encoder: Encoder
    var muxer: LiveMuxer

    init(
      _ encoding: Encoder.Settings, _ address: String, _ transport: LiveMuxer.Transport, timeout: Double,
      interrupt: InterruptFlag
    ) throws(FFmpegError) {
      let encoder = try Encoder(encoding)
      muxer = try LiveMuxer(
        address, transport: transport, encoder: encoder, timeout: timeout, interrupt: interrupt)
      self.encoder = encoder
    }
  }

  /// Connects to `address` to send pictures of `layout`. The folder of a playlist is made if need be.
  public init(
    _ address: PushAddress, settings: Settings = Settings(), layout: PixelLayout, interrupt: InterruptFlag
  ) throws(OutputError) {
    if !address.isRemote { try PlaylistFolder.prepare(address.text, isWindow: settings.isEndless) }
    let transport = address.transport(isEndless: settings.isEndless)
    var encoding = Encoder.Settings(
      h264Like: layout, timeBase: .video, preset: settings.preset, quality: settings.quality)
    encoding.nominalRate = settings.nominalRate
    encoding.pixelAspect = settings.pixelAspect
    // Key pictures are asked for by the time: pictures that are left out must not delay them.
    encoding.keyInterval = 1000
    encoding.hasGlobalHeader = transport.needsGlobalHeader
    encoding.options["forced-idr"] = "1"
    // Whoever joins in the middle finds the headers with each key picture, too.
    encoding.options["x264-params"] = "subme=0:repeat-headers=1"
    let made: Connection
    do throws(FFmpegError) {
      made = try Connection(
        encoding, address.text, transport, timeout: settings.timeout, interrupt: interrupt)
    } catch {
      throw OutputError(.cannotCreate, error.message, cause: error)
    }
    connection = made
    self.layout = layout
    self.settings = settings
  }

  /// Sends a picture that is shown at `seconds`. A time that is not later than the last becomes the next tick. After a
  /// failure the connection is of no more use.
  public mutating func write(_ pixels: borrowing PixelBuffer, at seconds: Double) throws(OutputError) {
    do throws(FFmpegError) {
      let encoding = connection.encoder.settings
      let frame = try importer.frame(
        pixels, format: encoding.format, width: encoding.width, height: encoding.height, colour: encoding.colour)
      let begin = begin ?? seconds
      self.begin = begin
      var ticks = encoding.timeBase.ticks(at: seconds - begin)
      if let lastTicks, ticks <= lastTicks { ticks = lastTicks + 1 }
      lastTicks = ticks
      let isKey = lastKey.map { encoding.timeBase.seconds(of: ticks - $0) >= settings.keyInterval } ?? true
      if isKey { lastKey = ticks }
      try connection.encoder.send(frame, timestamp: ticks, isKey: isKey)
      while case .packet(let packet) = try connection.encoder.receive() { try connection.muxer.write(packet) }
    } catch {
      throw OutputError(.writeFailed, error.message, cause: error)
    }
  }

  /// Says goodbye to the receiver, and ends a playlist.
  public consuming func finish() throws(OutputError) {
    do throws(FFmpegError) { try connection.muxer.finish() } catch {
      throw OutputError(.writeFailed, error.message, cause: error)
    }
  }
}

extension Encoder.Settings {
  /// H.264 for pictures like `layout`, without look-ahead and reordering: each comes out before the next goes in.
  init(h264Like layout: PixelLayout, timeBase: TimeBase, preset: String, quality: Int) {
    // Chroma halved both ways leaves out the last column or row of odd sizes; what has only one is doubled.
    self.init(
      codecName: "libx264", width: max(2, layout.width & ~1), height: max(2, layout.height & ~1),
      format: layout.format == .nv12 ? .nv12 : .yuv420p,
      colour: layout.format == .rgb24 || layout.format == .gray8
        ? FrameColour(matrix: .bt601, isFullRange: false) : FrameColour(layout.colour),
      timeBase: timeBase)
    options = ["preset": preset, "crf": String(quality), "tune": "zerolatency"]
  }
}
