import Synchronization

/// Decoded pictures at the size the network trains on, kept in memory once read; counts the ones that cannot be read.
final class PictureCache: Sendable {
  private let paths: [String]
  private let side: Int
  private let decode: @Sendable (String) -> Picture?
  private struct State {
    var pictures: [Int: Picture] = [:]
    var unreadable: Set<Int> = []
  }
  private let state = Mutex(State())

  init(paths: [String], side: Int, decode: @escaping @Sendable (String) -> Picture?) {
    self.paths = paths
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
      if let decoded { state.pictures[index] = decoded } else { state.unreadable.insert(index) }
    }
    return decoded
  }

  /// Files that could not be read so far.
  var unreadablePaths: [String] { state.withLock { $0.unreadable.sorted().map { paths[$0] } } }
}
