/// A moving frame that is made rather than read: its size, rate and length.
public struct TestPattern: Hashable, Sendable, CustomStringConvertible {
  /// Columns, 16...16384.
  public let width: Int
  /// Rows, 16...16384.
  public let height: Int
  /// Frames per second of its timestamps.
  public let rate: Double
  /// How many frames; `nil` for no end.
  public let frameCount: Int?

  /// A pattern; `nil` if the size or the rate is not sensible.
  public init?(width: Int, height: Int, rate: Double, frameCount: Int? = nil) {
    let sizes = 16...16384
    guard sizes.contains(width), sizes.contains(height), rate > 0, rate <= 1000, frameCount ?? 0 >= 0 else {
      return nil
    }
    self.width = width
    self.height = height
    self.rate = rate
    self.frameCount = frameCount
  }

  /// Reads `test:640x480@25` or `test:640x480@25:100`.
  init?(parsing text: String) {
    guard text.hasPrefix("test:") else { return nil }
    let parts = text.dropFirst("test:".count).split(separator: "@", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let size = parts[0].split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    let timing = parts[1].split(separator: ":", omittingEmptySubsequences: false)
    guard size.count == 2, let width = size[0], let height = size[1], (1...2).contains(timing.count),
      let rate = Double(timing[0])
    else { return nil }
    var frameCount: Int?
    if timing.count == 2 {
      guard let count = Int(timing[1]) else { return nil }
      frameCount = count
    }
    self.init(width: width, height: height, rate: rate, frameCount: frameCount)
  }

  /// The address that means this pattern.
  public var description: String {
    let rateText = rate == rate.rounded() ? String(Int(rate)) : String(rate)
    return "test:\(width)x\(height)@\(rateText)" + (frameCount.map { ":\($0)" } ?? "")
  }
}
