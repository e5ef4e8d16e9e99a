import Scene

/// A generated moving pattern: its size, rate and length.
package struct TestPattern: Hashable, Sendable, CustomStringConvertible {
  /// Width in pixels, 16...16384.
  package let width: Int
  /// Height in pixels, 16...16384.
  package let height: Int
  /// Frames per second of its timestamps.
  package let rate: Double
  /// Number of frames; `nil` for an endless pattern.
  package let frameCount: Int?

  /// A pattern; `nil` if size or rate are out of range.
  package init?(width: Int, height: Int, rate: Double, frameCount: Int? = nil) {
    let sizes = 16...16384
    guard sizes.contains(width), sizes.contains(height), rate > 0, rate <= 1000, frameCount ?? 0 >= 0 else {
      return nil
    }
    self.width = width
    self.height = height
    self.rate = rate
    self.frameCount = frameCount
  }

  /// Parses `test:640x480@25` or `test:640x480@25:100`.
  init?(parsing text: String) {
    guard text.hasPrefix("test:") else { return nil }
    let parts = text.dropFirst("test:".count).split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let timing = parts[1].split(separator: ":", omittingEmptySubsequences: false)
    guard let (width, height) = parts[0].sides(), (1...2).contains(timing.count), let rate = Double(timing[0]) else {
      return nil
    }
    var frameCount: Int?
    if timing.count == 2 {
      guard let count = Int(timing[1]) else { return nil }
      frameCount = count
    }
    self.init(width: width, height: height, rate: rate, frameCount: frameCount)
  }

  /// The address of this pattern.
  package var description: String {
    let rateText = rate == rate.rounded() ? String(Int(rate)) : String(rate)
    return "test:\(width)x\(height)@\(rateText)" + (frameCount.map { ":\($0)" } ?? "")
  }
}
