import Dispatch
import OneDNN

/// Moves the kernels of convolutions along the directions of their momentum, one kernel a thread.
///
/// A kernel is a matrix of its output channels by everything one of them reads. Kernels that read one channel at a time
/// and those that end the network (they have a bias of their own) are not among them.
struct OrthogonalSteps: Sendable {
  private struct Matrix: Sendable {
    let start: Int
    let orthogonalisation: Orthogonalisation
    /// Root of the longer side: the factor that makes the root mean square of a direction one.
    let length: Float
  }

  private let matrices: [Matrix]
  private let source: FloatBuffer
  private let direction: FloatBuffer

  /// Names of the tensors that move so.
  let names: Set<String>

  init(table: ParameterTable) {
    let kernels = table.entries.filter { entry in
      entry.role == .weight && entry.shape[1] > 1
        && table[entry.name.replacing(".weight", with: ".bias")] == nil
    }
    names = Set(kernels.map(\.name))
    matrices = kernels.map { entry in
      let rows = entry.shape[0], columns = entry.range.count / rows
      return Matrix(
        start: entry.range.lowerBound, orthogonalisation: Orthogonalisation(rows: rows, columns: columns),
        length: Float(max(rows, columns)).squareRoot())
    }
    source = FloatBuffer(count: table.count)
    direction = FloatBuffer(count: table.count)
  }

  /// `p ← keep · p − step · length · direction(clip · g + look · m)` for every kernel.
  func move(
    _ parameters: FloatBuffer, gradient: FloatBuffer, clip: Float, momentum: FloatBuffer, look: Float, step: Float,
    keep: Float
  ) {
    DispatchQueue.concurrentPerform(iterations: matrices.count) { number in
      ExecutionStream.setTeamOfCurrentThread(1)
      let matrix = matrices[number]
      let count = matrix.orthogonalisation.rows * matrix.orthogonalisation.columns
      unsafe source.withPointer { source in
        unsafe direction.withPointer { direction in
          let source = unsafe source + matrix.start, direction = unsafe direction + matrix.start
          unsafe gradient.withPointer { g in
            unsafe momentum.withPointer { m in
              for index in 0..<count {
                unsafe source[index] = g[matrix.start + index] * clip + m[matrix.start + index] * look
              }
            }
          }
          // Shapes come from the table, so the library has nothing to refuse.
          guard unsafe (try? matrix.orthogonalisation.apply(to: source, into: direction)) != nil else { return }
          let scale = step * matrix.length
          unsafe parameters.withPointer { p in
            for index in 0..<count {
              unsafe p[matrix.start + index] = p[matrix.start + index] * keep - direction[index] * scale
            }
          }
        }
      }
    }
  }
}
