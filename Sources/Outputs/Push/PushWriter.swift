package import FFmpeg
package import Imaging

/// Encodes frames and sends them to a receiver over one connection.
///
/// It starts with a keyframe and repeats one every two seconds with the headers, so that players can join. Nothing is
/// buffered: each frame is sent before the next is accepted.
package struct PushWriter: ~Copyable {
  /// Encoding and connection settings.
  package struct Settings: Sendable {
    /// x264's preset; see `VideoWriter.Settings`.
    package var preset = "superfast"
    /// x264's constant rate factor, 0...51; lower is better and larger.
    package var quality = 23
    /// Seconds between keyframes: the delay for a player that joins, and the length of an HLS segment.
    package var keyInterval = 2.0
    /// Frames per second, if known.
    package var nominalRate: Double?
    /// Pixel aspect ratio, width over height.
    package var pixelAspect = 1.0
    /// Longest time in seconds for an answer of the receiver, or for sending a frame.
    package var timeout = 10.0
    /// Whether the stream is endless: then a playlist has the last seconds only.
    package var isEndless = true

    /// The defaults.
    package init() {}
  }

  /// Layout of the first frame; the others must have the same size.
  package let layout: PixelLayout
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

  /// Connects to `address` to send frames of `layout`. Creates the folder of a playlist if necessary.
  ///
  /// - Parameter colours: primaries and transfer characteristics of the source.
  package init(
    _ address: PushAddress, settings: Settings = Settings(), layout: PixelLayout,
    colours: ColourMetadata = .unspecified, interrupt: InterruptFlag
  ) throws(OutputError) {
    if !address.isRemote { try PlaylistFolder.prepare(address.text, isWindow: settings.isEndless) }
    let transport = address.transport(isEndless: settings.isEndless)
    var encoding = Encoder.Settings(
      h264Like: layout, timeBase: .video, preset: settings.preset, quality: settings.quality)
    encoding.nominalRate = settings.nominalRate
    encoding.pixelAspect = settings.pixelAspect
    encoding.colourMetadata = colours
    // Keyframes are requested by time, so that dropped frames do not delay them.
    encoding.keyInterval = 1000
    encoding.hasGlobalHeader = transport.needsGlobalHeader
    encoding.options["forced-idr"] = "1"
    // Headers are repeated with each keyframe for players that join.
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

  /// Sends a frame with presentation time `seconds`. A time that does not increase becomes the next tick. After a
  /// failure the connection cannot be used any more.
  package mutating func write(_ pixels: borrowing PixelBuffer, at seconds: Double) throws(OutputError) {
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

  /// Closes the connection, and ends a playlist.
  package consuming func finish() throws(OutputError) {
    do throws(FFmpegError) { try connection.muxer.finish() } catch {
      throw OutputError(.writeFailed, error.message, cause: error)
    }
  }
}

extension Encoder.Settings {
  /// H.264 for frames like `layout`, without look-ahead and B-frames: each packet is output at once.
  init(h264Like layout: PixelLayout, timeBase: TimeBase, preset: String, quality: Int) {
    // Formats with subsampled chroma need even sizes, so the last odd column or row is dropped; a size of 1 is
    // doubled.
    self.init(
      codecName: "libx264", width: max(2, layout.width & ~1), height: max(2, layout.height & ~1),
      format: layout.format == .nv12 ? .nv12 : .yuv420p,
      colour: layout.format == .rgb24 || layout.format == .gray8
        ? FrameColour(matrix: .bt601, isFullRange: false) : FrameColour(layout.colour),
      timeBase: timeBase)
    options = ["preset": preset, "crf": String(quality), "tune": "zerolatency"]
  }
}
