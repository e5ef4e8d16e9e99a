import CFFmpeg

/// How to rotate and mirror stored rows so that a frame is upright: one of eight ways, as in EXIF tag 274.
package struct FrameOrientation: Hashable, Sendable {
  /// Whether to mirror the stored frame left to right, before the rotation.
  package let isMirrored: Bool
  /// Rotation by so many times 90° clockwise (0...3), after mirroring.
  package let quarterTurns: Int

  /// No change.
  package static let upright = FrameOrientation(isMirrored: false, quarterTurns: 0)

  /// Mirrors if required, then rotates by `quarterTurns` (0...3) times 90° clockwise.
  package init(isMirrored: Bool, quarterTurns: Int) {
    self.isMirrored = isMirrored
    self.quarterTurns = quarterTurns
  }

  /// From an EXIF value; other values than 1...8 are treated as upright, as in Pillow and OpenCV.
  package init(exif value: Int) {
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

  /// The nearest orientation to a display matrix with upper rows `a b`, `c d`: a stored point (x, y) is shown at (a·x
  /// + c·y, b·x + d·y), with y pointing down. A singular matrix is treated as upright.
  package init(matrix a: Int32, _ b: Int32, _ c: Int32, _ d: Int32) {
    let (a, b, c, d) = (Double(a), Double(b), Double(c), Double(d))
    let area = a * d - b * c
    guard area != 0 else {
      self = .upright
      return
    }
    // A mirrored frame has its first column negated before the rotation.
    let (across, down) = area < 0 ? (-a, -b) : (a, b)
    let turns = abs(across) >= abs(down) ? (across > 0 ? 0 : 2) : (down > 0 ? 1 : 3)
    self.init(isMirrored: area < 0, quarterTurns: turns)
  }

  /// Whether width and height are swapped.
  package var isOnItsSide: Bool { quarterTurns % 2 == 1 }
}

extension FrameOrientation {
  /// From libav's display matrix at `matrix`.
  init(_ matrix: UnsafePointer<Int32>) {
    unsafe self.init(matrix: matrix[0], matrix[1], matrix[3], matrix[4])
  }
}

extension Frame {
  /// The orientation stated in the frame: by an SEI message (H.264, H.265), or by EXIF metadata of a JPEG or WebP
  /// image. `nil` if the container decides.
  package var orientation: FrameOrientation? {
    if let matrix = unsafe yolostream_frame_matrix(handle) { return unsafe FrameOrientation(matrix) }
    let value = unsafe yolostream_exif_orientation(handle)
    return value > 0 ? FrameOrientation(exif: Int(value)) : nil
  }
}
