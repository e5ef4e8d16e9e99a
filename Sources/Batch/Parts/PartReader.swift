import Capture
import Foundation
import Imaging
import Scene
import Streaming
import Synchronization

/// Gives the frames of a whole input what its parts found in them.
///
/// A frame is known by its pixels, so the result does not depend on how exactly a part was cut: what no part has is left to
/// the network, what two have is used once. A few lines are in memory at any time.
final class PartReader: KnownDetections {
  /// Lines that are searched for a frame. Parts overlap by less, and order is the same.
  private static let reach = 64

  private struct State {
    var files: [String] = []
    var lines: LineReader?
    var window: [RecordedFrame] = []
    var unknown = 0
  }

  private let state = Mutex(State())

  /// Begins at the first line of the first of `files`.
  func open(_ files: [String]) { state.withLock { $0 = State(files: files) } }

  /// Frames that were in no part.
  var unknownCount: Int { state.withLock { $0.unknown } }

  func detections(of frame: borrowing PixelBuffer) throws -> [Detection]? {
    let fingerprint = try frame.fingerprint()
    return try state.withLock { state in
      try Self.fill(&state)
      guard let place = state.window.firstIndex(where: { $0.frame == fingerprint }) else {
        state.unknown += 1
        return nil
      }
      defer { state.window.removeFirst(place + 1) }
      return state.window[place].detections
    }
  }

  private static func fill(_ state: inout State) throws(BatchError) {
    while state.window.count < reach {
      if let line = try state.lines?.next() {
        guard let frame = try? JSONDecoder().decode(RecordedFrame.self, from: line), frame.detections != nil else {
          throw BatchError(.unsuitable, "cannot use \(state.lines?.path ?? "a part"): a line of it is no frame")
        }
        state.window.append(frame)
      } else if !state.files.isEmpty {
        state.lines = try LineReader(path: state.files.removeFirst())
      } else {
        return
      }
    }
  }
}

/// The lines of a file, one after another.
private struct LineReader {
  let path: String
  private let file: FileHandle
  private var rest = Data()
  private var isOver = false

  init(path: String) throws(BatchError) {
    guard let file = FileHandle(forReadingAtPath: path) else { throw BatchError(.inputOutput, "cannot read \(path)") }
    self.path = path
    self.file = file
  }

  /// The next line without its end; `nil` after the last one.
  mutating func next() throws(BatchError) -> Data? {
    while true {
      if let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        defer { rest = rest[(end + 1)...] }
        return rest[..<end]
      }
      if isOver { return nil }
      do {
        let piece = try file.read(upToCount: 1 << 16) ?? Data()
        isOver = piece.isEmpty
        rest = Data(rest) + piece
      } catch { throw BatchError(.inputOutput, "cannot read \(path): \(error.localizedDescription)") }
    }
  }
}
