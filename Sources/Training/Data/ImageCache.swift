import Imaging
import Synchronization

/// Caches decoded images at training size up to a memory budget, and remembers those that cannot be read.
final class ImageCache: Sendable {
  private let paths: [String]
  private let side: Int
  private let decode: @Sendable (String) -> RGBImage?
  private let byteBudget: Int
  private struct State {
    var images: [Int: RGBImage] = [:]
    var byteCount = 0
    /// In the order in which they were found.
    var unreadable: [Int] = []
  }
  private let state = Mutex(State())

  /// - Parameter byteBudget: memory for images; beyond it images are decoded each time.
  init(paths: [String], side: Int, byteBudget: Int, decode: @escaping @Sendable (String) -> RGBImage?) {
    self.paths = paths
    self.byteBudget = byteBudget
    self.side = side
    self.decode = decode
  }

  func image(_ index: Int) -> RGBImage? {
    enum Known {
      case image(RGBImage)
      case unreadable
      case unknown
    }
    let known: Known = state.withLock { state in
      if let image = state.images[index] { return .image(image) }
      return state.unreadable.contains(index) ? .unreadable : .unknown
    }
    switch known {
    case .image(let image): return image
    case .unreadable: return nil
    case .unknown: break
    }
    let decoded = decode(paths[index]).map { $0.resized(longSide: side) }
    state.withLock { state in
      guard let decoded else {
        if !state.unreadable.contains(index) { state.unreadable.append(index) }
        return
      }
      guard state.byteCount + decoded.bytes.count <= byteBudget else { return }
      state.byteCount += decoded.bytes.count - (state.images[index]?.bytes.count ?? 0)
      state.images[index] = decoded
    }
    return decoded
  }

  /// Files that could not be read so far, in the order in which they were found.
  var unreadablePaths: [String] { state.withLock { $0.unreadable.map { paths[$0] } } }
}
