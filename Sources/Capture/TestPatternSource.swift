import FFmpeg
import Imaging
import Scene
import Synchronization

/// Generates the frames of a `TestPattern`: grey waves and a moving bright square. Deterministic.
package final class TestPatternSource: FrameSource {
  /// What is known of the source before its first frame.
  package let description: SourceDescription
  private let pattern: TestPattern
  private let flag = InterruptFlag()
  private let index = Mutex(0)

  /// A source of `pattern`; its frames are delivered as fast as they are read.
  package init(_ pattern: TestPattern) {
    self.pattern = pattern
    description = SourceDescription(
      kind: .file, address: pattern.description, path: nil, width: pattern.width, height: pattern.height,
      nominalRate: pattern.rate, duration: pattern.frameCount.map { Double($0) / pattern.rate },
      frameCount: pattern.frameCount, timeBase: .video, pixelAspect: 1, codec: nil)
  }

  /// No audio.
  package var audio: AudioPackets? { nil }
  /// No losses.
  package var losses: SourceLosses { SourceLosses() }
  /// Interrupts `next`; callable on any thread.
  package func interrupt() { flag.interrupt() }

  /// The next frame, or the end.
  package func next() throws(CaptureError) -> CaptureOutcome {
    if flag.isInterrupted { throw CaptureError(.interrupted, "cannot read \(pattern): interrupted") }
    let index = index.withLock { index in
      defer { index += 1 }
      return index
    }
    if let count = pattern.frameCount, index >= count { return .endOfStream }
    do throws(FFmpegError) {
      let frame = try Frame(width: pattern.width, height: pattern.height, format: .yuv420p)
      frame.colour = FrameColour(matrix: .bt601, isFullRange: false)
      paint(frame, index: index)
      guard let pixels = PixelBuffer(wrapping: frame) else {
        throw FFmpegError(.unsupported, "cannot use the pattern's frame")
      }
      return .frame(
        CapturedFrame(
          stamp: FrameStamp(index: index, seconds: Double(index) / pattern.rate, arrival: FrameStamp.now()),
          pixels: pixels))
    } catch {
      throw CaptureError(error, reading: pattern.description)
    }
  }

  private func paint(_ frame: Frame, index: Int) {
    let side = min(pattern.width, pattern.height) / 4
    let left = index * 4 % (pattern.width - side), top = index * 3 % (pattern.height - side)
    for plane in 0..<3 {
      guard let memory = unsafe frame.plane(plane) else { continue }
      let half = plane == 0 ? 1 : 2
      let columns = (pattern.width + half - 1) / half, rows = (pattern.height + half - 1) / half
      for y in 0..<rows {
        let isSquareRow = (top..<top + side).contains(y * half)
        for x in 0..<columns {
          let isSquare = isSquareRow && (left..<left + side).contains(x * half)
          let value =
            switch plane {
            case 0: isSquare ? 200 : 48 + (x + y + index * 2) % 96
            case 1: isSquare ? 90 : 128
            default: isSquare ? 200 : 128
            }
          unsafe memory.base[y * memory.stride + x] = UInt8(truncatingIfNeeded: value)
        }
      }
    }
  }
}
