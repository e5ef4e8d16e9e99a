import Testing

@testable import OneDNN

/// What a primitive reports of itself and how it fails. What each computes is held to its readable twin in
/// `InferenceTests/OperatorTests`.
@Suite struct PrimitiveTests {
  private static func convolution(
    source: [Int], weights: [Int], destination: [Int], window: SlidingWindow, format: MemoryFormat = .blocked8,
    then operations: [PostOperation] = [], on engine: Engine
  ) throws(OneDNNError) -> Primitive {
    try .convolution(
      source: try TensorLayout(source, .f32, format), weights: try TensorLayout(weights, .f32, .any), bias: nil,
      destination: try TensorLayout(destination, .f32, format), window: window, then: operations, on: engine)
  }

  @Test(
    .enabled(if: Engine.instructionSet >= .avx2, "skipped: needs AVX2"),
    arguments: [
      (16, 32, 3, 1, 1), (32, 32, 3, 2, 1), (64, 64, 1, 1, 0), (64, 64, 3, 1, 4), (64, 64, 1, 1, 4),
    ] as [(Int, Int, Int, Int, Int)])
  func `convolutions of the networks run generated code`(
    input: Int, output: Int, kernel: Int, stride: Int, groups: Int
  ) throws {
    let groups = max(groups, 1)
    let engine = try Engine()
    let weights =
      groups == 1
      ? [output, input, kernel, kernel] : [groups, output / groups, input / groups, kernel, kernel]
    let primitive = try Self.convolution(
      source: [1, input, 20, 20], weights: weights, destination: [1, output, 20 / stride, 20 / stride],
      window: SlidingWindow(kernel: kernel, stride: stride, padding: kernel / 2), then: [.silu], on: engine)
    // The reference kernels of the library are a hundred times slower.
    #expect(!primitive.implementation.hasPrefix("ref") && !primitive.implementation.hasPrefix("gemm"))
  }

  @Test(arguments: [(false, false), (true, false), (false, true), (true, true)])
  func `products of matrices are those of the definition`(isLeftTransposed: Bool, isRightTransposed: Bool) throws {
    let rows = 3, columns = 5, depth = 4
    func left(_ row: Int, _ inner: Int) -> Float { Float(7 * row - 3 * inner) }
    func right(_ inner: Int, _ column: Int) -> Float { Float(2 * inner + column * column) }
    func flat(_ rows: Int, _ columns: Int, _ value: (Int, Int) -> Float) -> [Float] {
      (0..<rows * columns).map { value($0 / columns, $0 % columns) }
    }
    let first = isLeftTransposed ? flat(depth, rows) { left($1, $0) } : flat(rows, depth, left)
    let second = isRightTransposed ? flat(columns, depth) { right($1, $0) } : flat(depth, columns, right)
    var product = [Float](repeating: .nan, count: rows * columns)
    try unsafe MatrixProduct.multiply(
      first, second, rows: rows, columns: columns, depth: depth, isLeftTransposed: isLeftTransposed,
      isRightTransposed: isRightTransposed, into: &product)
    #expect(
      product
        == flat(rows, columns) { row, column in
          (0..<depth).reduce(0) { $0 + left(row, $1) * right($1, column) }
        })
  }

  @Test func `what contradicts itself is refused with a sentence`() throws {
    let engine = try Engine()
    let eight = [1, 8, 3, 3]
    refuses {
      _ = try Self.convolution(
        source: [1, 8, 9, 9], weights: [8, 16, 3, 3], destination: [1, 8, 9, 9],
        window: SlidingWindow(kernel: 3, padding: 1), on: engine)
    }
    refuses {
      _ = try Primitive.concatenation(
        [try TensorLayout(eight), try TensorLayout([1, 8, 4, 3])], destination: nil, on: engine)
    }
    refuses {
      _ = try Primitive.sum(
        [try TensorLayout(eight), try TensorLayout([1, 8, 3, 4])], destination: try TensorLayout(eight), on: engine)
    }
    refuses { _ = try Primitive.reorder(try TensorLayout([1, 8]), to: try TensorLayout([8, 1]), on: engine) }
    refuses { _ = try TensorLayout([1, -8, 3, 3]) }
  }

  private func refuses(_ body: () throws -> Void, sourceLocation: SourceLocation = #_sourceLocation) {
    let error = #expect(throws: OneDNNError.self, sourceLocation: sourceLocation, performing: body)
    #expect(error?.code == .invalidArguments || error?.code == .unimplemented, sourceLocation: sourceLocation)
    #expect(error?.description.hasPrefix("oneDNN ") == true, sourceLocation: sourceLocation)
  }

  @Test func `a call can run again and again, and gives the same each time`() throws {
    let engine = try Engine()
    let stream = try ExecutionStream(on: engine)
    ExecutionStream.setTeamOfCurrentThread(1)
    let layout = try TensorLayout([1, 8, 5, 7], .f32, .blocked8)
    let (one, other) = (try TensorMemory(layout, on: engine), try TensorMemory(layout, on: engine))
    let sum = try TensorMemory(layout, on: engine)
    one.fill(with: (0..<280).map { Float($0) })
    other.fill(with: (0..<280).map { Float(280 - $0) })
    let primitive = try Primitive.sum([layout, layout], destination: layout, on: engine)
    let scratch = try TensorMemory(try primitive.layout(.scratchpad), on: engine)
    let call = PrimitiveCall(
      primitive, [.sources(0): one, .sources(1): other, .destination: sum, .scratchpad: scratch] as KeyValuePairs)
    for _ in 0..<3 {
      try call.run(on: stream)
      #expect(sum.floats == [Float](repeating: 280, count: 280))
    }
  }

  /// The last two are sets that only 3.x of the library knows: AVX10.1, and AMX with FP16.
  @Test(
    arguments: [
      (0, .older), (0x1, .older), (0x3, .older), (0x7, .avx2), (0x27, .avx512), (0x67, .avx512VNNI),
      (0xe7, .avx512BF16), (0x1ef, .avx512BF16), (0x1fef, .avx512BF16),
    ] as [(UInt32, Engine.InstructionSet)])
  func `a processor has the instructions whose bits are there`(bits: UInt32, expected: Engine.InstructionSet) {
    #expect(Engine.InstructionSet(bits: bits) == expected)
  }

  @Test func `the library reports the instruction set of the processor`() {
    #expect(Engine.InstructionSet.avx2 < .avx512 && Engine.instructionSet >= .older)
  }
}
