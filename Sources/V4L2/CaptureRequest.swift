/// The requested format, size, rate and controls of a camera; `nil` leaves the choice to `FormatCatalogue`.
package struct CaptureRequest: Hashable, Sendable {
  /// Pixel format or compression.
  package var format: FourCC?
  /// Size of the frames.
  package var size: FrameSize?
  /// Frames per second.
  package var rate: Double?
  /// Controls to set, in this order.
  package var controls: [ControlSetting] = []

  /// No requests.
  package init() {}
}

/// Width and height in pixels.
package struct FrameSize: Hashable, Sendable, CustomStringConvertible {
  /// Width in pixels.
  package let width: Int
  /// Height in pixels.
  package let height: Int

  /// A size.
  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Parses `1280x720`.
  package init?(parsing text: String) {
    let numbers = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let width = numbers[0], let height = numbers[1], (1...16384).contains(width),
      (1...16384).contains(height)
    else { return nil }
    self.init(width: width, height: height)
  }

  /// `1280x720`.
  package var description: String { "\(width)x\(height)" }

  /// Number of pixels; as a double, because a driver may report sides whose product overflows `Int`.
  var area: Double { Double(width) * Double(height) }
}

/// All sizes between two, in fixed steps from the smaller one.
package struct SizeRange: Hashable, Sendable {
  /// The smallest size.
  package let smallest: FrameSize
  /// The upper limit, which need not be reachable in steps.
  package let largest: FrameSize
  /// Width and height of a step; 1 if every size is possible.
  package let step: FrameSize

  /// The size in the range that is nearest to `size`.
  func nearest(to size: FrameSize) -> FrameSize {
    FrameSize(
      width: Self.nearest(to: size.width, from: smallest.width, to: largest.width, step: step.width),
      height: Self.nearest(to: size.height, from: smallest.height, to: largest.height, step: step.height))
  }

  private static func nearest(to request: Int, from least: Int, to most: Int, step: Int) -> Int {
    let step = max(step, 1)
    let steps = (min(max(request, least), most) - least + step / 2) / step
    return least + min(steps, (most - least) / step) * step
  }
}

/// A control of a camera with its value.
package struct ControlSetting: Hashable, Sendable, CustomStringConvertible {
  /// The control's name in lower case with `_` between words, such as `white_balance_automatic`.
  package let name: String
  /// The value.
  package let value: Int32

  /// Parses `brightness=128`.
  package init?(parsing text: String) {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let value = Int32(parts[1]) else { return nil }
    name = String(parts[0])
    self.value = value
  }

  /// `brightness=128`.
  package var description: String { "\(name)=\(value)" }
}
