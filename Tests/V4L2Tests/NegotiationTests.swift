import Testing

@testable import V4L2

@Suite struct NegotiationTests {
  /// A webcam as they are: raw frames slow when large, JPEG fast, and something nobody knows.
  private let webcam = FormatCatalogue(
    names: [(.yuyv, "YUYV 4:2:2"), (.mjpeg, "Motion-JPEG"), (FourCC("Z16 "), "Depth")],
    offers: [
      offer(.yuyv, 640, 480, [30, 15]), offer(.yuyv, 1280, 720, [10]), offer(.yuyv, 1920, 1080, [5]),
      offer(.mjpeg, 640, 480, [30]), offer(.mjpeg, 1280, 720, [60, 30]), offer(.mjpeg, 1920, 1080, [30]),
      offer(FourCC("Z16 "), 1280, 720, [90]),
    ])

  private static func offer(_ format: FourCC, _ width: Int, _ height: Int, _ rates: [Double]) -> FormatCatalogue.Offer {
    FormatCatalogue.Offer(format: format, size: FrameSize(width: width, height: height), rates: rates)
  }

  @Test(
    arguments: [
      (nil, nil, nil, "MJPG 1280x720", 30), (nil, "640x480", nil, "YUYV 640x480", 30),
      (nil, "640x480", 15, "YUYV 640x480", 15), (nil, "1280x720", 60, "MJPG 1280x720", 60),
      (nil, "1280x720", 10, "YUYV 1280x720", 10), ("yuyv", "1280x720", 30, "YUYV 1280x720", 10),
      (nil, "4000x3000", nil, "MJPG 1920x1080", 30), ("mjpeg", "320x240", nil, "MJPG 640x480", 30),
      (nil, "1280x720", 90, "MJPG 1280x720", 60),
    ] as [(String?, String?, Double?, String, Double)])
  func `size comes first, then rate, then what costs less`(
    format: String?, size: String?, rate: Double?, expected: String, expectedRate: Double
  ) throws {
    var request = CaptureRequest()
    request.format = format.flatMap { FourCC(named: $0) }
    request.size = size.flatMap { FrameSize(parsing: $0) }
    request.rate = rate
    let best = try #require(webcam.best(for: request))
    #expect("\(best.offer.format) \(best.offer.size)" == expected)
    #expect(best.rate == expectedRate)
  }

  /// V4L2's numbers of fields: none, interlaced, one above the other, interlaced in a known order.
  @Test(
    arguments: [
      (1, 480, .progressive), (4, 480, .bottomFirst), (4, 576, .topFirst), (5, 576, nil), (6, 480, nil),
      (8, 480, .topFirst), (9, 576, .bottomFirst),
    ] as [(UInt32, Int, CaptureFormat.Fields?)])
  func `fields are known by what the driver states, or by the video standard`(
    field: UInt32, rows: Int, expected: CaptureFormat.Fields?
  ) {
    #expect(CaptureFormat.Fields(field, rows: rows) == expected)
  }

  /// A driver that accepts any size in steps and any rate, reported by their ends.
  private let ranged: FormatCatalogue = {
    let small = FrameSize(width: 32, height: 32), large = FrameSize(width: 1930, height: 1080)
    let range = SizeRange(smallest: small, largest: large, step: FrameSize(width: 16, height: 8))
    return FormatCatalogue(
      names: [(.yuyv, "YUYV 4:2:2")],
      offers: [small, large].map {
        FormatCatalogue.Offer(format: .yuyv, size: $0, range: range, rates: [90, 1], hasRatesBetween: true)
      })
  }()

  @Test(
    arguments: [
      (nil, nil, "1280x720", 30), ("640x480", 15, "640x480", 15), ("641x483", nil, "640x480", 30),
      ("649x485", nil, "656x488", 30), ("4000x3000", 120, "1920x1080", 90), ("8x8", 0.5, "32x32", 1),
    ] as [(String?, Double?, String, Double)])
  func `a range holds what is requested, or what is nearest to it`(
    size: String?, rate: Double?, expected: String, expectedRate: Double
  ) throws {
    var request = CaptureRequest()
    request.size = size.flatMap { FrameSize(parsing: $0) }
    request.rate = rate
    let best = try #require(ranged.best(for: request))
    #expect("\(best.offer.size)" == expected)
    #expect(best.rate == expectedRate)
  }

  @Test(
    arguments: [
      (30, 30_000), (29.97, 29_970), (0, 1), (-5, 1), (.nan, 1), (1e300, .max), (.infinity, .max),
    ] as [(Double, UInt32)])
  func `every rate can be asked for`(rate: Double, expected: UInt32) {
    #expect(Device.thousandths(of: rate) == expected)
  }

  @Test func `sides out of all bounds do not trap`() {
    let side = Int(UInt32.max)
    let huge = FormatCatalogue(names: [], offers: [Self.offer(.yuyv, side, side, [30])])
    #expect(huge.best(for: CaptureRequest())?.offer.size.width == side)
  }

  @Test func `a camera without what is requested or known offers nothing`() {
    var request = CaptureRequest()
    request.format = .h264
    #expect(webcam.best(for: request) == nil)
    let depth = FormatCatalogue(names: [], offers: [Self.offer(FourCC("Z16 "), 640, 480, [30])])
    #expect(depth.best(for: CaptureRequest()) == nil)
  }

  @Test(
    arguments: [
      ("mjpeg", "MJPG"), ("YUYV", "YUYV"), ("grey", "GREY"), ("nv12", "NV12"), ("yuv420p", "YU12"), ("h264", "H264"),
      ("divx", nil),
    ] as [(String, String?)])
  func `formats have the names that people use`(name: String, expected: String?) {
    #expect(FourCC(named: name)?.description == expected)
  }

  @Test(arguments: [("640x480", true), ("640", false), ("0x480", false), ("ax4", false), ("1x2x3", false)])
  func `sizes are read`(text: String, isRight: Bool) { #expect((FrameSize(parsing: text) != nil) == isRight) }

  @Test(
    arguments: [("brightness=-5", "brightness=-5"), ("a=", nil), ("=3", nil), ("a=b", nil)] as [(String, String?)])
  func `controls are read`(text: String, expected: String?) {
    #expect(ControlSetting(parsing: text)?.description == expected)
  }

  @Test(
    arguments: [
      ("/dev/no-such-video", V4L2Error.Code.missing, "no such device"), ("/dev/null", .unsupported, "no camera"),
    ] as [(String, V4L2Error.Code, String)])
  func `what is no camera is one sentence`(path: String, code: V4L2Error.Code, sentence: String) {
    do throws(V4L2Error) {
      _ = try Device(path: path)
      Issue.record("opened")
    } catch {
      #expect(error.code == code && error.description.contains(sentence) && error.description.contains(path))
    }
  }
}
