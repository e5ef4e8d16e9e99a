import Foundation
import OneDNN

/// The C library's functions under distinct names.
enum Exponential {
  static func exp(_ value: Float) -> Float { Foundation.exp(value) }
  static func log(_ value: Float) -> Float { Foundation.log(value) }
  static func log(_ value: Double) -> Double { Foundation.log(value) }
}

/// A view of one of the head's raw maps in the network's memory.
@safe
struct RawMap: ~Copyable {
  let width: Int
  /// Height × width.
  let positions: Int
  /// Channels per block: eight, or all of them.
  private let block: Int
  private let base: UnsafePointer<Float>
  private let memory: TensorMemory

  /// A view of `memory`: 1 × channels × height × width in blocks of eight channels, or channels-last.
  init(_ memory: TensorMemory, order: CompilationOptions.ChannelOrder) {
    let shape = memory.layout.shape
    width = shape[3]
    positions = shape[2] * shape[3]
    block = order == .blocked8 ? 8 : shape[1]
    unsafe base = UnsafePointer(memory.base.assumingMemoryBound(to: Float.self))
    self.memory = memory
  }

  @inline(__always)
  subscript(channel: Int, position: Int) -> Float {
    unsafe base[(channel / block * positions + position) * block + channel % block]
  }

  /// Whether any of the first `channels` values at a position is above `threshold`.
  @inline(__always)
  func exceeds(_ threshold: Float, at position: Int, channels: Int) -> Bool {
    var highest = SIMD8<Float>(repeating: -.infinity)
    let whole = channels / 8
    let step = block == 8 ? positions * 8 : 8
    var address = unsafe UnsafeRawPointer(base + position * block)
    for _ in 0..<whole {
      // `pointwiseMax` compiles to a generic call, this to two instructions.
      let next = unsafe address.loadUnaligned(as: SIMD8<Float>.self)
      highest.replace(with: next, where: next .> highest)
      unsafe address += step * MemoryLayout<Float>.stride
    }
    if highest.max() > threshold { return true }
    for channel in (whole * 8)..<channels where self[channel, position] > threshold { return true }
    return false
  }
}
