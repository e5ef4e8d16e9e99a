import Capture
import FFmpeg
import Settings

/// Opens the source of a camera.
struct CameraOpening {
  private let settings: CameraSettings

  /// The packets of the camera; `nil` if the camera has masks and nothing reads its packets.
  let ring: PacketRing?

  init(_ settings: CameraSettings) {
    self.settings = settings
    let isWanted = settings.privacyMasks.isEmpty || settings.record.usesPackets
    ring = isWanted ? PacketRing(takesAudio: settings.hasAudio) : nil
  }

  /// A source that opens on first use, reconnects by itself, and reports its state to `observe`.
  func source(observe: @escaping @Sendable (SourceState) -> Void) -> any FrameSource {
    var options = SourceOptions()
    options.timeout = settings.timeout
    options.transport = settings.transport
    options.camera = settings.device
    options.ring = ring
    // Masks are painted in place; everything else draws on copies.
    options.isForDrawing = !settings.privacyMasks.isEmpty
    let address = settings.address ?? SourceAddress(.standardInput)
    let isFile =
      switch address.kind {
      case .network, .camera, .standardInput: false
      case .video, .image, .folder, .images, .testPattern: true
      }
    options.isLooping = isFile
    let wanted = options
    if case .network = address.kind {
      return RecoveringSource(
        address: address.description, policy: ReconnectPolicy(),
        open: { (flag) throws(CaptureError) in
          let source = try address.open(wanted, interrupt: flag)
          // A video file at an address is read at its frame rate, like a local one.
          return source.description.kind == .live ? source : RealTimeSource(source, isLive: true)
        }, observe: observe)
    }
    guard isFile else { return RecoveringSource(address: address, options: options, observe: observe) }
    return RecoveringSource(
      address: address.description, policy: ReconnectPolicy(),
      open: { _ throws(CaptureError) in RealTimeSource(try address.open(wanted), isLive: true) }, observe: observe)
  }
}
