import Synchronization

/// Decoded pictures at the size the network trains on, kept in memory once read as far as there is room; remembers the
/// ones that cannot be read.
final class PictureCache: Sendable {
  private let paths: [String]
  private let side: Int
  private let decode: @Sendable (String) -> Picture?
  private let byteBudget: Int
  private struct State {
    var pictures: [Int: Picture] = [:]
    var byteCount = 0
    /// In the order in which they were met.
    var unreadable: [Int] = []
  }
  private let state = Mutex(State())

  /// - Parameter byteBudget: memory for pictures; those that come when it is used up are decoded each time.
  init(paths: [String], side: Int, byteBudget: Int, decode: @escaping @Sendable (String) -> Picture?) {
    self.paths = paths
    self.byteBudget = byteBudget
    self.side = side
    self.decode = decode
  }

  func picture(_ index: Int) -> Picture? {
    enum Known {
      case picture(Picture)
      case unreadable
      case unknown
    }
    let known: Known = state.withLock { state in
      if let picture = state.pictures[index] { return .picture(picture) }
      return state.unreadable.contains(index) ? .unreadable : .unknown
    }
    switch known {
    case .picture(let picture): return picture
    case .unreadable: return nil
    case .unknown: break
    }
    let decoded = decode(paths[index]).map { $0.resized(longSide: side) }
    state.withLock { state in
      guard let decoded else {
        if !state.unreadable.contains(index) { state.unreadable.append(index) }
        return
      }
      guard state.byteCount + decoded.pixels.count <= byteBudget else { return }
      state.byteCount += decoded.pixels.count - (state.pictures[index]?.pixels.count ?? 0)
      state.pictures[index] = decoded
    }
    return decoded
  }

  /// Files that could not be read so far, in the order in which they were met.
  var unreadablePaths: [String] { state.withLock { $0.unreadable.map { paths[$0] } } }
}
