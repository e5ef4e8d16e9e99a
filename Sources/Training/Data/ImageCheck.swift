import Capture
package import Evaluation

/// Whether an image file is usable, from its header alone.
package enum ImageCheck: Hashable, Sendable {
  /// Complete; width and height after rotation by EXIF, if the header states them.
  case whole(GroundTruth.Size?)
  /// Unusable, with the reason.
  case unusable(GroundTruth.Problem.Kind, String?)

  /// Smallest width and height in pixels that the reference implementations accept.
  static let smallestSide = 10

  /// Reads the header of the file at `path`.
  package init(path: String) {
    let header: StillHeader
    do throws(CaptureError) { header = try ImageFile(path: path).header() } catch {
      self = .unusable(.unreadableImage, error.code == .notFound ? "not found" : nil)
      return
    }
    if header.isTruncated, !header.mayBeWhole {
      self = .unusable(.unreadableImage, "truncated")
    } else if let obstacle = header.obstacle {
      self = .unusable(.unreadableImage, "\(obstacle) is not decoded")
    } else if let size = header.size {
      self = Self(width: size.width, height: size.height)
    } else {
      self = .whole(nil)
    }
  }

  /// An image of this size.
  init(width: Int, height: Int) {
    let isTiny = min(width, height) < Self.smallestSide
    self = isTiny ? .unusable(.tinyImage, "\(width)x\(height)") : .whole(GroundTruth.Size(width: width, height: height))
  }
}
