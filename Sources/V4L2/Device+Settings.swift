import CV4L2
import Glibc

/// The format a camera agreed to.
package struct CaptureFormat: Hashable, Sendable {
  /// Pixel format or compression.
  package var format: FourCC
  /// Size of the frames.
  package var size: FrameSize
  /// Stride of the first plane in bytes; 0 for compressed formats.
  package var rowBytes: Int
  /// Frames per second, if the driver reports it.
  package var rate: Double?
  /// Whether samples use the full range 0...255.
  package var isFullRange: Bool
  /// Which rows were captured first.
  package var fields: Fields

  /// The order of the fields in a frame.
  package enum Fields: Hashable, Sendable {
    /// All rows at the same time.
    case progressive
    /// The even rows, counted from 0.
    case topFirst
    /// The odd rows.
    case bottomFirst
  }

  /// A format from its parts.
  package init(
    format: FourCC, size: FrameSize, rowBytes: Int, rate: Double?, isFullRange: Bool, fields: Fields = .progressive
  ) {
    self.format = format
    self.size = size
    self.rowBytes = rowBytes
    self.rate = rate
    self.isFullRange = isFullRange
    self.fields = fields
  }
}

extension CaptureFormat.Fields {
  /// What V4L2's `field` means for a frame of `rows` rows; `nil` if one field lies above the other.
  init?(_ field: UInt32, rows: Int) {
    switch field {
    case V4L2_FIELD_SEQ_TB.rawValue, V4L2_FIELD_SEQ_BT.rawValue: return nil
    case V4L2_FIELD_INTERLACED_TB.rawValue: self = .topFirst
    case V4L2_FIELD_INTERLACED_BT.rawValue: self = .bottomFirst
    // The order depends on the video standard: NTSC begins with the odd rows.
    case V4L2_FIELD_INTERLACED.rawValue: self = [480, 486].contains(rows) ? .bottomFirst : .topFirst
    default: self = .progressive
    }
  }
}

extension Device {
  /// Sets the format that suits `request` best and the controls; returns what the driver made of it.
  package mutating func negotiate(_ request: CaptureRequest) throws(V4L2Error) -> CaptureFormat {
    let catalogue = catalogue()
    guard let best = catalogue.best(for: request) else {
      let known = catalogue.names.map(\.format.description).joined(separator: ", ")
      throw V4L2Error(
        .unsupported,
        "cannot use \(path): it offers \(known.isEmpty ? "nothing" : known); expected "
          + (request.format?.description ?? FourCC.known.map(\.description).joined(separator: ", ")))
    }
    var agreed = try setFormat(best.offer.format, size: best.offer.size)
    guard agreed.format == best.offer.format else {
      throw V4L2Error(.unsupported, "cannot use \(path): asked for \(best.offer.format), it sends \(agreed.format)")
    }
    agreed.rate = try setRate(best.rate)
    for control in request.controls { try set(control) }
    return agreed
  }

  private mutating func setFormat(_ code: FourCC, size: FrameSize) throws(V4L2Error) -> CaptureFormat {
    var format = unsafe v4l2_format()
    unsafe format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
    unsafe format.fmt.pix.width = UInt32(clamping: size.width)
    unsafe format.fmt.pix.height = UInt32(clamping: size.height)
    unsafe format.fmt.pix.pixelformat = code.rawValue
    unsafe format.fmt.pix.field = V4L2_FIELD_NONE.rawValue
    let status = unsafe yolostream_v4l2_set_format(descriptor, &format)
    guard status == 0 else { throw .system(status, "set up", path) }
    let got = unsafe format.fmt.pix
    let agreed = FourCC(rawValue: got.pixelformat)
    guard let fields = CaptureFormat.Fields(got.field, rows: Int(got.height)) else {
      throw V4L2Error(
        .unsupported,
        "cannot use \(path): it sends one field above the other; expected frames with their rows in order")
    }
    let isFull =
      got.quantization == V4L2_QUANTIZATION_FULL_RANGE.rawValue
      || (got.quantization == V4L2_QUANTIZATION_DEFAULT.rawValue && got.colorspace == V4L2_COLORSPACE_JPEG.rawValue)
    return CaptureFormat(
      format: agreed, size: FrameSize(width: Int(got.width), height: Int(got.height)),
      rowBytes: agreed.isCompressed ? 0 : Int(got.bytesperline), rate: nil, isFullRange: isFull, fields: fields)
  }

  /// The rate that the driver set; `nil` if it has none.
  private mutating func setRate(_ rate: Double?) throws(V4L2Error) -> Double? {
    var parameters = v4l2_streamparm()
    parameters.type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
    if let rate {
      unsafe parameters.parm.capture.timeperframe.numerator = 1000
      unsafe parameters.parm.capture.timeperframe.denominator = Self.thousandths(of: rate)
    }
    let status = unsafe yolostream_v4l2_set_parameters(descriptor, &parameters)
    if status == ENODEV || status == EBUSY { throw .system(status, "set the rate of", path) }
    let interval = unsafe parameters.parm.capture.timeperframe
    guard status == 0, interval.numerator > 0, interval.denominator > 0 else { return nil }
    return Double(interval.denominator) / Double(interval.numerator)
  }

  /// Frames per 1000 seconds, at least 1; clamped, also for NaN.
  static func thousandths(of rate: Double) -> UInt32 {
    let exact = (rate * 1000).rounded()
    return exact >= 1 ? UInt32(min(exact, Double(UInt32.max))) : 1
  }

  /// Names (as in `ControlSetting`) and ids of the camera's controls.
  borrowing func controls() -> [(name: String, id: UInt32)] {
    var controls: [(name: String, id: UInt32)] = []
    var query = v4l2_queryctrl()
    query.id = yolostream_v4l2_next_control()
    while controls.count < 1024, unsafe yolostream_v4l2_query_control(descriptor, &query) == 0 {
      let words = Self.text(&query.name).lowercased().split { !$0.isLetter && !$0.isNumber }
      controls.append((words.joined(separator: "_"), query.id))
      query.id |= yolostream_v4l2_next_control()
    }
    return controls
  }

  private mutating func set(_ setting: ControlSetting) throws(V4L2Error) {
    let controls = controls()
    guard let id = controls.first(where: { $0.name == setting.name })?.id else {
      let names = controls.map(\.name).joined(separator: ", ")
      throw V4L2Error(.unsupported, "cannot set \(setting) of \(path): its controls are \(names)")
    }
    var control = v4l2_control()
    control.id = id
    control.value = setting.value
    let status = unsafe yolostream_v4l2_set_control(descriptor, &control)
    if status == ERANGE || status == EINVAL {
      throw V4L2Error(.unsupported, "cannot set \(setting) of \(path): the value is out of range")
    }
    guard status == 0 else { throw .system(status, "set \(setting) of", path) }
  }
}
