import Imaging
import Outputs
import Scene

/// An image that shows some objects better than any before, masks painted, nothing drawn on it.
final class BestImage: Sendable {
  let pixels: PixelBuffer

  init(_ pixels: consuming PixelBuffer) { self.pixels = pixels }

  /// `box`, given in pixels of the image, relative to its size.
  func shares(of box: Box) -> Box { box.shares(ofWidth: pixels.layout.width, height: pixels.layout.height) }
}

/// Writes the snapshots of one camera. Nothing is drawn on them: boxes are drawn for who asks (`EventImage`).
struct SnapshotWriter: ~Copyable {
  private let camera: String
  private let folder: MediaFolder
  private var images = ImageWriter()

  init(camera: String, folder: MediaFolder) {
    self.camera = camera
    self.folder = folder
  }

  /// `image` as a JPEG; `nil` if that failed, which is counted.
  mutating func encode(_ image: BestImage) -> [UInt8]? {
    do throws(OutputError) { return try images.encode(image.pixels, as: .jpeg, quality: 4) } catch {
      folder.noteFailure(.snapshot, error)
      return nil
    }
  }

  /// Writes `text` as the trace of the object of `event` in `clip`. If it fails, players show no boxes.
  func write(trace text: String, of event: StampedEvent, in clip: MediaName) {
    let name = clip.trace(of: event.identifier, label: event.label ?? "object")
    do throws(OutputError) { try DurableFile.replace(try folder.place(name), with: Array(text.utf8)) } catch {
      folder.noteFailure(.trace, error)
    }
  }

  /// Writes `bytes` as the snapshot of `event`, filed at `milliseconds` since 1970; returns its path, or `nil` if that failed.
  func write(_ bytes: [UInt8], of event: StampedEvent, filedAt milliseconds: Int64) -> String? {
    let name = MediaName(
      camera: camera, milliseconds: milliseconds, label: event.label ?? "object", identifier: event.identifier,
      kind: .snapshot)
    do throws(OutputError) {
      let path = try folder.place(name)
      try DurableFile.replace(path, with: bytes)
      folder.noteSuccess(.snapshot)
      return path
    } catch {
      folder.noteFailure(.snapshot, error)
      return nil
    }
  }
}
