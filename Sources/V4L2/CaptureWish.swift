/// What is wanted of a camera; what is `nil` is left to it.
public struct CaptureWish: Hashable, Sendable {
  /// How it sends pictures.
  public var format: FourCC?
  /// Size of the pictures.
  public var size: PictureSize?
  /// Pictures a second.
  public var rate: Double?
  /// Controls to be set, in this order.
  public var controls: [ControlSetting] = []

  /// No wishes.
  public init() {}
}

/// Columns and rows.
public struct PictureSize: Hashable, Sendable, CustomStringConvertible {
  /// Columns.
  public let width: Int
  /// Rows.
  public let height: Int

  /// A size.
  public init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// Reads `1280x720`.
  public init?(parsing text: String) {
    let numbers = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let width = numbers[0], let height = numbers[1], (1...16384).contains(width),
      (1...16384).contains(height)
    else { return nil }
    self.init(width: width, height: height)
  }

  /// `1280x720`.
  public var description: String { "\(width)x\(height)" }

  /// Pixels.
  var area: Int { width * height }
}

/// A control of a camera and the value it is to have.
public struct ControlSetting: Hashable, Sendable, CustomStringConvertible {
  /// The control's name in lower case with `_` between words, such as `white_balance_automatic`.
  public let name: String
  /// The value.
  public let value: Int32

  /// Reads `brightness=128`.
  public init?(parsing text: String) {
    let parts = text.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, let value = Int32(parts[1]) else { return nil }
    name = String(parts[0])
    self.value = value
  }

  /// `brightness=128`.
  public var description: String { "\(name)=\(value)" }
}
