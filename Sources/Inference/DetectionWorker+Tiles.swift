public import Imaging
public import Scene

extension DetectionWorker {
  /// Detections in `image`, in its pixels, best first: of the whole image, and of its tiles if the detector's options
  /// ask for them.
  public func detect(_ image: borrowing PixelBuffer) throws(InferenceError) -> [Detection] {
    guard let grid = detector.options.tiles else { return try detectWhole(image) }
    let layout = image.layout
    var merge = TileMerge(width: layout.width, height: layout.height)
    merge.add(try detectWhole(image))
    for tile in grid.tiles(width: layout.width, height: layout.height) {
      let part: PixelBuffer
      do throws(ImagingError) {
        part = try image.part(x: tile.x, y: tile.y, width: tile.width, height: tile.height)
      } catch { throw InferenceError(.size, error.description, cause: error) }
      merge.add(try detectWhole(part), in: tile)
    }
    return merge.merged(suppression)
  }
}
