import JSON
import Outputs
import V4L2

extension CaptureRequest {
  /// Requested settings of a camera of this machine.
  static let settings: [Setting<CaptureRequest>] = [
    .value("size", \.size, .cameraSize, "Size of its frames, such as 1280x720; `yolostream devices` lists them."),
    .value("pixel_format", \.format, .pixelFormat, "Pixel format of its frames, such as mjpeg or yuyv."),
    .value("framerate", \.rate, .optional(.number(0.01...1000)), "Requested frames per second."),
    .value("controls", \.controls, .controls, "Its controls and the values they get, such as {brightness: 128}."),
  ]
}

extension SettingKind where Value == V4L2.FrameSize? {
  /// Width by height, as cameras have it.
  static var cameraSize: SettingKind {
    .optional(
      .parsed(
        "\"type\":\"string\",\"pattern\":\("^[0-9]+x[0-9]+$".json)", "width by height such as 1280x720",
        V4L2.FrameSize.init(parsing:)))
  }
}

extension SettingKind where Value == FourCC? {
  /// A pixel format by any of its names.
  static var pixelFormat: SettingKind {
    let expected = "one of " + FourCC.known.map(\.description).joined(separator: ", ")
    return .optional(.parsed("\"type\":\"string\",\"minLength\":1", expected, FourCC.init(named:)))
  }
}

extension SettingKind where Value == [ControlSetting] {
  /// Names of controls with integers, which are set in this order.
  static var controls: SettingKind {
    SettingKind(schema: "\"type\":\"object\",\"additionalProperties\":{\"type\":\"integer\"}") {
      node throws(ConfigurationProblem) in
      try node.entries().map { entry throws(ConfigurationProblem) in
        let text = try entry.value.text("an integer")
        guard let control = ControlSetting(parsing: "\(entry.key)=\(text)") else {
          throw entry.value.mismatch("an integer")
        }
        return control
      }
    }
  }
}
