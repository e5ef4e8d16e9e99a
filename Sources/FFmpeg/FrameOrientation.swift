import CFFmpeg

/// How the stored rows of a frame are shown upright: one of eight ways, as EXIF tag 274 counts them.
public struct FrameOrientation: Hashable, Sendable {
  /// Whether the stored frame is mirrored left to right, before it is turned.
  public let isMirrored: Bool
  /// Quarter turns clockwise (0...3) that follow.
  public let quarterTurns: Int

  /// Stored as it is shown.
  public static let upright = FrameOrientation(isMirrored: false, quarterTurns: 0)

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

  /// The nearest of the eight ways to the display matrix whose upper rows are `a b`, `c d`: a stored point (x, y) is
  /// shown at (a·x + c·y, b·x + d·y), y pointing down. A matrix without area counts as upright.
  public init(matrix a: Int32, _ b: Int32, _ c: Int32, _ d: Int32) {
    let (a, b, c, d) = (Double(a), Double(b), Double(c), Double(d))
    let area = a * d - b * c
    guard area != 0 else {
      self = .upright
      return
    }
    // A mirrored frame is one whose first column was negated before the turn.
    let (across, down) = area < 0 ? (-a, -b) : (a, b)
    let turns = abs(across) >= abs(down) ? (across > 0 ? 0 : 2) : (down > 0 ? 1 : 3)
    self.init(isMirrored: area < 0, quarterTurns: turns)
  }

  /// Whether width and height change places.
  public var isOnItsSide: Bool { quarterTurns % 2 == 1 }
}

extension FrameOrientation {
  /// The orientation that libav's display matrix at `matrix` stands for.
  init(_ matrix: UnsafePointer<Int32>) {
    unsafe self.init(matrix: matrix[0], matrix[1], matrix[3], matrix[4])
  }
}

extension Frame {
  /// How the frame is shown upright, if it says so itself: by a message in the stream (H.264 and H.265), or by EXIF
  /// metadata in a JPEG or WebP image. `nil` where the container decides.
  public var orientation: FrameOrientation? {
    if let matrix = unsafe yolostream_frame_matrix(handle) { return unsafe FrameOrientation(matrix) }
    let value = unsafe yolostream_exif_orientation(handle)
    return value > 0 ? FrameOrientation(exif: Int(value)) : nil
  }
}
