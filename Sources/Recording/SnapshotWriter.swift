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

/// Writes the snapshots of one camera: images with the box of their object.
struct SnapshotWriter: ~Copyable {
  private let camera: String
  private let classes: ClassCatalogue
  private let folder: MediaFolder
  private var pool: PixelPool?
  private var overlay: Overlay?
  private var images = ImageWriter()

  init(camera: String, classes: ClassCatalogue, folder: MediaFolder) {
    self.camera = camera
    self.classes = classes
    self.folder = folder
    overlay = nil
  }

  /// `image` as a JPEG with the box of `track`; `nil` if that failed, which is counted.
  mutating func encode(_ image: BestImage, of track: Track) -> [UInt8]? {
    do {
      let layout = image.pixels.layout
      if overlay?.layout != layout {
        var style = OverlayStyle()
        style.trailSeconds = 0
        overlay = try Overlay(layout: layout, classes: classes, style: style)
        pool = try PixelPool(layout: layout, capacity: 1)
      }
      // Several objects can share an image, each with its own box.
      guard let copy = try pool?.copy(of: image.pixels) else { return nil }
      try overlay?.draw(tracks: [track], on: copy, at: 0)
      return try images.encode(copy, as: .jpeg, quality: 4)
    } catch {
      folder.noteFailure(.snapshot, OutputError(.writeFailed, "cannot draw a snapshot of \(camera): \(error)"))
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
