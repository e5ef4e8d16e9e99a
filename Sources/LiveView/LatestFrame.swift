package import Capture
package import Imaging
import Outputs
package import Pipeline
package import Scene
import Synchronization

/// The last analysed frame of a camera, for live views. It is drawn and encoded on demand, once for all viewers.
package final class LatestFrame: Sendable {
  private struct Latest: ~Copyable {
    var frame: CapturedFrame
    var findings: FrameFindings
    var number: Int
  }

  private struct Copy: ~Copyable {
    let pixels: PixelBuffer
    let findings: FrameFindings
    let number: Int
  }

  /// Tools for drawing and encoding, and the last results.
  private struct EncodingState: ~Copyable {
    var pool: PixelPool?
    var overlay: Overlay?
    var writer = ImageWriter()
    var plain: (number: Int, bytes: [UInt8])?
    var boxed: (number: Int, bytes: [UInt8])?
  }

  private let classes: ClassCatalogue
  private let count = Atomic(0)
  private let latest = Mutex<Latest?>(nil)
  private let encoding = Mutex(EncodingState())
  /// The number of each new frame, when it arrives.
  package let arrivals = Broadcast<Int>()

  package init(classes: ClassCatalogue) { self.classes = classes }

  /// Replaces the frame and its findings.
  package func replace(with frame: consuming CapturedFrame, findings: FrameFindings) {
    // Relaxed: one worker at a time is here, handed on by the queue's lock; others read the number under `latest`.
    let number = count.wrappingAdd(1, ordering: .relaxed).newValue
    let fresh = Latest(frame: frame, findings: findings, number: number)
    // Pixels are returned to their pool outside the lock.
    let old = exchange(fresh)
    _ = consume old
    arrivals.send(number)
  }

  private func exchange(_ fresh: consuming Latest) -> Latest? {
    var box: Latest? = fresh
    return latest.withLock { latest in
      let old = latest.take()
      latest = box.take()
      return old
    }
  }

  /// Findings of the last frame; `nil` before the first.
  package var findings: FrameFindings? {
    latest.withLock { latest in
      switch latest {
      case .some(let latest): latest.findings
      case .none: nil
      }
    }
  }

  /// The last frame as a JPEG, with boxes if requested; `nil` before the first. Copies and encodes on the calling thread, so
  /// shared threads must not call it.
  package func jpeg(boxes: Bool) throws -> [UInt8]? {
    try encoding.withLock { encoding in
      guard let number = latest.withLock({ Self.number(of: $0) }) else { return nil }
      if let made = boxes ? encoding.boxed : encoding.plain, made.number == number { return made.bytes }
      guard let copy = try copy(in: &encoding.pool) else { return nil }
      if boxes {
        let layout = copy.pixels.layout
        if encoding.overlay?.layout != layout {
          var style = OverlayStyle()
          style.trailSeconds = 0
          encoding.overlay = try Overlay(layout: layout, classes: classes, style: style)
        }
        try encoding.overlay?.draw(
          tracks: copy.findings.visibleTracks, untracked: copy.findings.untracked, speeds: copy.findings.speeds,
          on: copy.pixels, at: copy.findings.stamp.seconds)
      }
      let bytes = try encoding.writer.encode(copy.pixels, as: .jpeg, quality: 5)
      if boxes { encoding.boxed = (copy.number, bytes) } else { encoding.plain = (copy.number, bytes) }
      return bytes
    }
  }

  /// The last frame as an RGB image, nothing drawn on it; `nil` before the first.
  package func image() throws -> RGBImage? {
    try encoding.withLock { encoding in
      guard let copy = try copy(in: &encoding.pool) else { return nil }
      return RGBImage(copy.pixels)
    }
  }

  /// A copy of the last frame to draw on. The frame is locked only while it is copied.
  private func copy(in pool: inout PixelPool?) throws(ImagingError) -> Copy? {
    let layout = latest.withLock { latest in
      switch latest {
      case .some(let latest): latest.frame.pixels.layout
      case .none: nil as PixelLayout?
      }
    }
    guard let layout else { return nil }
    let fitting = if let pool, pool.layout == layout { pool } else { try PixelPool(layout: layout, capacity: 1) }
    pool = fitting
    return try latest.withLock { (latest) throws(ImagingError) -> Copy? in
      switch latest {
      case .none: return nil
      case .some(let latest):
        // The layout has changed meanwhile: the next call uses the new one.
        guard latest.frame.pixels.layout == layout, let pixels = try fitting.copy(of: latest.frame.pixels) else {
          return nil
        }
        return Copy(pixels: pixels, findings: latest.findings, number: latest.number)
      }
    }
  }

  private static func number(of latest: borrowing Latest?) -> Int? {
    switch latest {
    case .some(let latest): latest.number
    case .none: nil
    }
  }
}
