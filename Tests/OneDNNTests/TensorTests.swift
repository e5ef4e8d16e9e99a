import Testing

@testable import OneDNN

/// Layouts and memory: what the house plans with must be what the library does.
@Suite struct TensorTests {
  @Test(
    arguments: [
      ([1, 8, 3, 5], .plain, 8 * 15), ([1, 8, 3, 5], .blocked8, 8 * 15), ([1, 9, 3, 5], .blocked8, 16 * 15),
      ([1, 9, 3, 5], .blocked16, 16 * 15), ([1, 9, 3, 5], .channelsLast, 9 * 15), ([2, 1, 1, 1], .blocked8, 16),
      ([7], .plain, 7), ([2, 4, 3, 1, 1], .plain, 24),
    ] as [([Int], MemoryFormat, Int)])
  func `a layout takes whole blocks of channels`(shape: [Int], format: MemoryFormat, elements: Int) throws {
    for type in [ElementType.f32, .bf16, .s8] {
      let layout = try TensorLayout(shape, type, format)
      #expect(layout.byteCount == elements * type.byteCount)
      #expect(layout.shape == shape && layout.elementType == type)
      #expect(layout == (try TensorLayout(shape, type, format)))
    }
    #expect(try TensorLayout(shape, .f32, format) != TensorLayout(shape, .s32, format))
  }

  @Test func `channels last and blocks put elements where the house looks for them`() throws {
    let engine = try Engine()
    let stream = try ExecutionStream(on: engine)
    let (channels, height, width) = (11, 2, 3)
    let plain = try TensorMemory(try TensorLayout([1, channels, height, width]), on: engine)
    plain.fill(with: (0..<channels * height * width).map(Float.init))
    let last = try TensorMemory(try TensorLayout([1, channels, height, width], .f32, .channelsLast), on: engine)
    let blocked = try TensorMemory(try TensorLayout([1, channels, height, width], .f32, .blocked8), on: engine)
    try plain.copy(into: last, on: stream, engine: engine)
    try plain.copy(into: blocked, on: stream, engine: engine)
    for channel in 0..<channels {
      for position in 0..<height * width {
        let value = Float(channel * height * width + position)
        #expect(last.floats[position * channels + channel] == value)
        #expect(blocked.floats[(channel / 8 * height * width + position) * 8 + channel % 8] == value)
      }
    }
    // Kernels read whole blocks: what pads them must be zero.
    #expect(blocked.floats.filter { $0 == 0 }.count == 5 * height * width + 1)
  }

  @Test func `fresh memory is zero, a view shares its bytes, and filling leaves what has no value`() throws {
    let engine = try Engine()
    let memory = try TensorMemory(try TensorLayout([1, 2, 2, 2]), on: engine)
    #expect(memory.floats == [Float](repeating: 0, count: 8))
    memory.fill(with: (0..<8).map(Float.init))
    #expect(memory.floats == (0..<8).map(Float.init))
    let view = try memory.view(try TensorLayout([2, 4]))
    view.fill(with: [9])
    #expect(memory.floats == [9, 1, 2, 3, 4, 5, 6, 7])
  }

  @Test func `a tensor that does not fit its arena is refused`() throws {
    let engine = try Engine()
    let arena = Arena(byteCount: 128)
    let layout = try TensorLayout([1, 4, 2, 2])
    _ = try TensorMemory(layout, in: arena, at: 64, on: engine)
    for offset in [65, -1, 128, 1 << 40] {
      let error = #expect(throws: OneDNNError.self) {
        _ = try TensorMemory(layout, in: arena, at: offset, on: engine)
      }
      #expect(error?.code == .invalidArguments)
    }
  }

  @Test func `channels outside a tensor are refused`() throws {
    let layout = try TensorLayout([1, 16, 3, 3], .f32, .blocked8)
    #expect(try layout.channels(8..<16).shape == [1, 8, 3, 3])
    #expect(throws: OneDNNError.self) { _ = try layout.channels(8..<17) }
    // A block cannot be cut.
    #expect(throws: OneDNNError.self) { _ = try layout.channels(4..<12) }
  }
}
