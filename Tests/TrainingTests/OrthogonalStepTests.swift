import Foundation
import GELAN
import Testing

@testable import Training

@Suite struct `Orthogonal steps` {
  /// An orthogonal matrix of `count` rows: the identity mirrored at random planes.
  static func orthogonal(_ count: Int, seed: Int) -> [[Double]] {
    var random = SampleRandom(seed: 5, epoch: seed, index: 0)
    var matrix = (0..<count).map { row in (0..<count).map { row == $0 ? 1.0 : 0 } }
    for _ in 0..<4 {
      let normal = (0..<count).map { _ in Double(random.uniform(-1, 1)) }
      let squares = normal.reduce(0) { $0 + $1 * $1 }
      matrix = matrix.map { row in
        let along = zip(row, normal).reduce(0) { $0 + $1.0 * $1.1 }
        return zip(row, normal).map { $0 - 2 * along / squares * $1 }
      }
    }
    return matrix
  }

  /// What five rounds of the polynomial make of a singular value.
  static func pushed(_ value: Double) -> Double {
    (0..<5).reduce(value) { x, _ in 3.4445 * x - 4.7750 * x * x * x + 2.0315 * x * x * x * x * x }
  }

  @Test(arguments: [(6, 40), (40, 6), (17, 17), (1, 9)])
  func `push every singular value towards one and leave the directions`(rows: Int, columns: Int) throws {
    let left = Self.orthogonal(rows, seed: 1), right = Self.orthogonal(columns, seed: 2)
    let side = min(rows, columns)
    let values = (0..<side).map { 3 / Double(1 + 2 * $0) }
    let length = values.reduce(0) { $0 + $1 * $1 }.squareRoot()
    func matrix(_ values: [Double]) -> [Float] {
      (0..<rows * columns).map { index in
        let (row, column) = index.quotientAndRemainder(dividingBy: columns)
        var sum = 0.0
        for place in 0..<side { sum += left[row][place] * values[place] * right[column][place] }
        return Float(sum)
      }
    }
    let source = FloatBuffer(count: rows * columns), target = FloatBuffer(count: rows * columns)
    source.write(matrix(values))
    try unsafe source.withPointer { source in
      Result {
        try unsafe target.withPointer { target in
          Result { try unsafe Orthogonalisation(rows: rows, columns: columns).apply(to: source, into: target) }
        }.get()
      }
    }.get()
    let pushed = values.map { Self.pushed($0 / length) }
    #expect(pushed.allSatisfy { (0.6...1.3).contains($0) })
    for (mine, exact) in zip(target.values(0..<target.count), matrix(pushed)) { #expect(abs(mine - exact) < 1e-4) }
  }

  @Test func `move kernels alone: the rest goes by the plain formula`() throws {
    var spec = try #require(NetworkSpec.named("gelan-n"))
    spec.classCount = 2
    let table = ParameterTable(graph: spec.graph())
    let gradient = FloatBuffer(count: table.count)
    var random = SampleRandom(seed: 1, epoch: 0, index: 0)
    for entry in table.entries where entry.role != .statistic {
      for index in entry.range { gradient[index] = random.uniform(-0.001, 0.001) }
    }
    let rates = LearningSchedule.Rates(bias: 0.2, weight: 0.1, momentum: 0.9, accumulate: 1)
    func moved(_ method: StochasticGradient.Method) -> FloatBuffer {
      let parameters = FloatBuffer(count: table.count)
      for index in 0..<table.count { parameters[index] = 1 }
      var optimizer = StochasticGradient(table: table, decay: 0, method: method)
      optimizer.orthogonalLength = 0.5
      optimizer.orthogonalDecay = 0.2
      optimizer.step(parameters, gradient: gradient, table: table, rates: rates)
      return parameters
    }
    let plain = moved(.sgd), orthogonal = moved(.muon)
    var lengths: [String: Float] = [:]
    for entry in table.entries where plain.values(entry.range) != orthogonal.values(entry.range) {
      let steps = orthogonal.values(entry.range).map { 1 - 0.1 * 0.2 - $0 }
      lengths[entry.name] = (steps.reduce(0) { $0 + $1 * $1 } / Float(steps.count)).squareRoot()
    }
    let names = table.entries.filter { $0.shape.count == 4 && $0.shape[1] > 1 }.map(\.name)
    // The head's last layers have a bias of their own.
    let kernels = names.filter { table[$0.replacing(".weight", with: ".bias")] == nil }
    #expect(kernels.count == names.count - 6)
    #expect(Set(lengths.keys) == Set(kernels))
    // Root mean square of a step: rate times length, as near as singular values are to one.
    for (name, length) in lengths { #expect((0.6...1.3).contains(length / (0.1 * 0.5)), "\(name): \(length)") }
  }
}
