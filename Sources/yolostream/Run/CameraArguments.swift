import ArgumentParser
import V4L2

/// Requested format and controls of a local camera.
struct CameraArguments: ParsableArguments {
  @Option(
    help: ArgumentHelp("How the camera sends frames, as `yolostream devices` lists it.", valueName: "mjpeg|yuyv|…"),
    transform: { try read($0, FourCC.init(named:), expected: FourCC.known.map(\.description).joined(separator: ", ")) })
  var pixelFormat: FourCC?

  @Option(
    help: ArgumentHelp("Size of the camera's frames.", valueName: "WxH"),
    transform: { try read($0, FrameSize.init(parsing:), expected: "a size such as 1280x720") })
  var videoSize: FrameSize?

  @Option(help: "Frames per second requested from the camera.")
  var framerate: Double?

  @Option(
    name: .customLong("v4l2-ctl"),
    help: ArgumentHelp("Set a control of the camera, such as brightness=128; repeatable.", valueName: "name=value"),
    transform: { try read($0, ControlSetting.init(parsing:), expected: "a control such as brightness=128") })
  var controls: [ControlSetting] = []

  var request: CaptureRequest {
    var request = CaptureRequest()
    request.format = pixelFormat
    request.size = videoSize
    request.rate = framerate
    request.controls = controls
    return request
  }

  func validate() throws {
    if let framerate, !(framerate > 0 && framerate <= 1000) {
      throw ValidationError("--framerate \(framerate): expected above 0 and up to 1000")
    }
  }
}
