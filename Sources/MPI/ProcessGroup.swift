import CMPI
import Foundation

/// The processes of one run, as started by `mpirun`, or this process alone.
///
/// Only one thread at a time may use it, and all processes must make the same calls in the same order.
package final class ProcessGroup: Sendable {
  /// Index of this process.
  package let rank: Int
  /// Number of processes.
  package let count: Int

  private let isJoined: Bool

  private init(rank: Int, count: Int, isJoined: Bool) {
    self.rank = rank
    self.count = count
    self.isJoined = isJoined
  }

  /// A group of this process only.
  package static let alone = ProcessGroup(rank: 0, count: 1, isJoined: false)

  /// Whether this process logs and writes files for the group.
  package var isFirst: Bool { rank == 0 }

  /// Joins the processes started by OpenMPI's `mpirun` together with this one; returns `alone` without `mpirun`.
  package static func joined() throws(MPIError) -> ProcessGroup {
    guard ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_SIZE"] != nil else { return .alone }
    var rank: Int32 = 0, count: Int32 = 1
    if let problem = unsafe yolostream_mpi_join(&rank, &count) {
      throw MPIError("the processes of mpirun cannot be joined: \(unsafe String(cString: problem))")
    }
    return ProcessGroup(rank: Int(rank), count: Int(count), isJoined: true)
  }

  /// Receives the partial sums of the previous process in `values` (the first process keeps its own). Between this
  /// and `passOnPartialSums` each process adds its part: the sums are bitwise those of a single process.
  package func receivePartialSums(_ values: [UnsafeMutableBufferPointer<Float>]) throws(MPIError) {
    guard rank > 0 else { return }
    try unsafe transfer(values) { unsafe yolostream_mpi_receive($0, $1, Int32(rank - 1)) }
  }

  /// Sends `values` to the next process; on return all processes have the complete sums of the last one.
  package func passOnPartialSums(_ values: [UnsafeMutableBufferPointer<Float>]) throws(MPIError) {
    if rank + 1 < count {
      try unsafe transfer(values) { unsafe yolostream_mpi_send($0, $1, Int32(rank + 1)) }
    }
    try unsafe broadcast(values, from: count - 1)
  }

  /// Sends `values` of process `source` to all processes.
  package func broadcast(_ values: [UnsafeMutableBufferPointer<Float>], from source: Int = 0) throws(MPIError) {
    guard count > 1 else { return }
    try unsafe transfer(values) { unsafe yolostream_mpi_broadcast($0, $1, Int32(source)) }
  }

  /// Waits for the other processes and leaves the group. If a process exits without it, `mpirun` ends all of them.
  package func leave() { if isJoined { _ = yolostream_mpi_leave() } }

  /// Transfers in parts, because MPI counts in 32 bits.
  private func transfer(
    _ values: [UnsafeMutableBufferPointer<Float>], _ call: (UnsafeMutablePointer<Float>, Int32) -> Int32
  ) throws(MPIError) {
    for index in unsafe values.indices {
      guard var place = unsafe values[index].baseAddress else { continue }
      var rest = unsafe values[index].count
      while rest > 0 {
        let piece = min(rest, 1 << 24)
        let status = unsafe call(place, Int32(piece))
        guard status == 0 else {
          throw MPIError("the connection between the processes of this run was lost: OpenMPI error \(status)")
        }
        unsafe place += piece
        rest -= piece
      }
    }
  }
}

/// An error of the communication between processes.
package struct MPIError: Error, CustomStringConvertible, Sendable {
  /// One sentence: what failed.
  package let description: String
  init(_ description: String) { self.description = description }
}
