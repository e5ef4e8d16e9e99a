/// How the stored rows of an image are shown upright: the eight values of EXIF tag 274.
public struct StillOrientation: Hashable, Sendable {
  /// Whether the stored image is mirrored left to right, before it is turned.
  public let isMirrored: Bool
  /// Quarter turns clockwise (0...3) that follow.
  public let quarterTurns: Int

  /// Stored as it is shown.
  public static let upright = StillOrientation(isMirrored: false, quarterTurns: 0)

  /// Mirrored or not, then `quarterTurns` (0...3) times 90 degrees clockwise.
  public init(isMirrored: Bool, quarterTurns: Int) {
    self.isMirrored = isMirrored
    self.quarterTurns = quarterTurns
  }

  /// The meaning of the EXIF value `value`; what is not 1...8 counts as upright, as Pillow and OpenCV have it.
  public init(exif value: Int) {
    switch value {
    case 2: self.init(isMirrored: true, quarterTurns: 0)
    case 3: self.init(isMirrored: false, quarterTurns: 2)
    case 4: self.init(isMirrored: true, quarterTurns: 2)
    case 5: self.init(isMirrored: true, quarterTurns: 3)
    case 6: self.init(isMirrored: false, quarterTurns: 1)
    case 7: self.init(isMirrored: true, quarterTurns: 1)
    case 8: self.init(isMirrored: false, quarterTurns: 3)
    default: self = .upright
    }
  }

  /// Whether width and height change places.
  public var isOnItsSide: Bool { quarterTurns % 2 == 1 }
}
