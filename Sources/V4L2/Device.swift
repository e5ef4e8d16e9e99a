import CV4L2
import Glibc

/// An open camera node.
@safe
package struct Device: ~Copyable {
  /// Path of the node.
  package let path: String
  /// The driver's name of the camera.
  package let name: String
  /// Where the camera is plugged in, from the driver.
  package let location: String
  let descriptor: Int32
  var buffers: MappedBuffers?

  /// Opens the node at `path`. Throws `missing`, `denied`, `busy`, or `unsupported` if it is not a camera.
  package init(path: String) throws(V4L2Error) {
    let descriptor = unsafe open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC)
    guard descriptor >= 0 else { throw .system(errno, "open", path) }
    var capability = v4l2_capability()
    let status = unsafe yolostream_v4l2_query_capabilities(descriptor, &capability)
    let needed = UInt32(V4L2_CAP_VIDEO_CAPTURE) | UInt32(V4L2_CAP_STREAMING)
    guard status == 0, capability.device_caps & needed == needed else {
      close(descriptor)
      throw status == 0 || status == ENOTTY || status == EINVAL
        ? V4L2Error(.unsupported, "cannot open \(path): it is no camera") : .system(status, "open", path)
    }
    self.descriptor = descriptor
    self.path = path
    name = Self.text(&capability.card)
    location = Self.text(&capability.bus_info)
  }

  deinit { close(descriptor) }

  /// All formats the camera offers. A range of sizes is represented by its ends.
  package borrowing func catalogue() -> FormatCatalogue {
    var names: [(format: FourCC, name: String)] = [], offers: [FormatCatalogue.Offer] = []
    for index in UInt32(0)..<256 {
      var format = v4l2_fmtdesc()
      format.index = index
      format.type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
      guard unsafe yolostream_v4l2_enumerate_formats(descriptor, &format) == 0 else { break }
      let code = FourCC(rawValue: format.pixelformat)
      names.append((code, Self.text(&format.description)))
      for (size, range) in sizes(of: code) {
        let found = rates(of: code, size: size)
        offers.append(
          FormatCatalogue.Offer(
            format: code, size: size, range: range, rates: found.rates, hasRatesBetween: found.isRange))
      }
    }
    return FormatCatalogue(names: names, offers: offers)
  }

  /// Discrete sizes, or the ends of a range.
  private borrowing func sizes(of format: FourCC) -> [(size: FrameSize, range: SizeRange?)] {
    var sizes: [(size: FrameSize, range: SizeRange?)] = []
    for index in UInt32(0)..<256 {
      var size = v4l2_frmsizeenum()
      size.index = index
      size.pixel_format = format.rawValue
      guard unsafe yolostream_v4l2_enumerate_sizes(descriptor, &size) == 0 else { break }
      if size.type == V4L2_FRMSIZE_TYPE_DISCRETE.rawValue {
        let found = size.discrete
        sizes.append((FrameSize(width: Int(found.width), height: Int(found.height)), nil))
      } else {
        let found = size.stepwise
        let range = SizeRange(
          smallest: FrameSize(width: Int(found.min_width), height: Int(found.min_height)),
          largest: FrameSize(width: Int(found.max_width), height: Int(found.max_height)),
          step: FrameSize(width: Int(found.step_width), height: Int(found.step_height)))
        sizes.append((range.smallest, range))
        sizes.append((range.largest, range))
        break
      }
    }
    return sizes
  }

  /// Discrete rates, or the ends of a range, fastest first.
  private borrowing func rates(of format: FourCC, size: FrameSize) -> (rates: [Double], isRange: Bool) {
    var rates: [Double] = []
    var isRange = false
    for index in UInt32(0)..<256 {
      var interval = v4l2_frmivalenum()
      interval.index = index
      interval.pixel_format = format.rawValue
      interval.width = UInt32(clamping: size.width)
      interval.height = UInt32(clamping: size.height)
      guard unsafe yolostream_v4l2_enumerate_intervals(descriptor, &interval) == 0 else { break }
      let isDiscrete = interval.type == V4L2_FRMIVAL_TYPE_DISCRETE.rawValue
      let ends = isDiscrete ? [interval.discrete] : [interval.stepwise.min, interval.stepwise.max]
      rates += ends.filter { $0.numerator > 0 }.map { Double($0.denominator) / Double($0.numerator) }
      if !isDiscrete {
        isRange = true
        break
      }
    }
    return (rates.sorted(by: >), isRange)
  }

  /// Reads the null-terminated text in a fixed field.
  static func text<Field>(_ field: inout Field) -> String {
    unsafe withUnsafeBytes(of: &field) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
  }
}
