import Dispatch
import OneDNN

/// Applies orthogonalised momentum updates (Muon) to convolution kernels, one kernel per thread.
///
/// A kernel is a matrix of output channels × everything one of them reads. Depthwise kernels and those of the last
/// layers (which have a bias) are excluded.
struct OrthogonalSteps: Sendable {
  private let kernels: [ParameterTable.Entry]

  /// Names of the tensors updated this way.
  let names: Set<String>

  init(table: ParameterTable) {
    kernels = table.entries.filter { entry in
      entry.role == .weight && entry.shape[1] > 1
        && table[entry.name.replacing(".weight", with: ".bias")] == nil
    }
    names = Set(kernels.map(\.name))
  }

  /// `p ← keep · p − step · direction(clip · g + look · m)` for every kernel; the direction has a root mean square of
  /// 1.
  func move(
    _ parameters: FloatBuffer, gradient: FloatBuffer, clip: Float, momentum: FloatBuffer, look: Float, step: Float,
    keep: Float
  ) {
    DispatchQueue.concurrentPerform(iterations: kernels.count) { number in
      ExecutionStream.setTeamOfCurrentThread(1)
      let range = kernels[number].range, rows = kernels[number].shape[0], count = range.count
      let matrix = Orthogonalisation(rows: rows, columns: count / rows)
      let scale = step * Float(max(rows, count / rows)).squareRoot()
      // The Nesterov gradient, and its direction.
      let memory = FloatBuffer(count: 2 * count)
      unsafe memory.withPointer { ahead in
        let direction = unsafe ahead + count
        unsafe gradient.withPointer { gradient in
          unsafe momentum.withPointer { momentum in
            let g = unsafe gradient + range.lowerBound, m = unsafe momentum + range.lowerBound
            for index in 0..<count { unsafe ahead[index] = g[index] * clip + m[index] * look }
          }
        }
        // The shapes come from the table, so the library cannot reject them.
        let isDone = unsafe (try? matrix.apply(to: ahead, into: direction)) != nil
        precondition(isDone, "a matrix of \(rows) rows is made orthogonal")
        unsafe parameters.withPointer { parameters in
          let p = unsafe parameters + range.lowerBound
          for index in 0..<count { unsafe p[index] = p[index] * keep - direction[index] * scale }
        }
      }
    }
  }
}
