import CMPI
import Foundation

/// The processes of one run, as `mpirun` has started them; or this process alone.
///
/// One thread at a time may use it, and all processes must make the same calls in the same order.
public final class ProcessGroup: Sendable {
  /// Number of this process, from 0.
  public let rank: Int
  /// How many there are.
  public let count: Int

  private let isJoined: Bool

  private init(rank: Int, count: Int, isJoined: Bool) {
    self.rank = rank
    self.count = count
    self.isJoined = isJoined
  }

  /// This process and no other.
  public static let alone = ProcessGroup(rank: 0, count: 1, isJoined: false)

  /// Whether this is the process that speaks and writes for all.
  public var isFirst: Bool { rank == 0 }

  /// Joins the processes that OpenMPI's `mpirun` started together with this one; `alone` if it was not started so.
  public static func joined() throws(MPIError) -> ProcessGroup {
    guard ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_SIZE"] != nil else { return .alone }
    var rank: Int32 = 0, count: Int32 = 1
    if let problem = unsafe yolostream_mpi_join(&rank, &count) {
      throw MPIError("the processes of mpirun cannot be joined: \(unsafe String(cString: problem))")
    }
    return ProcessGroup(rank: Int(rank), count: Int(count), isJoined: true)
  }

  /// Waits for what the process before this one has made of `values`. Between this and `handOn` each process in its turn
  /// does its part: sums come out to the bit as if one process had done it all.
  public func takeOver(_ values: [UnsafeMutableBufferPointer<Float>]) throws(MPIError) {
    guard rank > 0 else { return }
    try unsafe transfer(values) { unsafe yolostream_mpi_receive($0, $1, Int32(rank - 1)) }
  }

  /// Has the next process go on with `values`; in the end all have what the last one made of them.
  public func handOn(_ values: [UnsafeMutableBufferPointer<Float>]) throws(MPIError) {
    if rank + 1 < count {
      try unsafe transfer(values) { unsafe yolostream_mpi_send($0, $1, Int32(rank + 1)) }
    }
    try unsafe share(values, of: count - 1)
  }

  /// Gives every process the `values` of the one numbered `source`.
  public func share(_ values: [UnsafeMutableBufferPointer<Float>], of source: Int = 0) throws(MPIError) {
    guard count > 1 else { return }
    try unsafe transfer(values) { unsafe yolostream_mpi_broadcast($0, $1, Int32(source)) }
  }

  /// Waits for the others and ends the work together. A process that ends without ends all: `mpirun` sees to that.
  public func leave() { if isJoined { _ = yolostream_mpi_leave() } }

  /// Calls the library piece by piece: it counts in 32 bits.
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
          throw MPIError("the processes of this run have lost each other: OpenMPI's error \(status)")
        }
        unsafe place += piece
        rest -= piece
      }
    }
  }
}

/// Why processes cannot work together.
public struct MPIError: Error, CustomStringConvertible, Sendable {
  /// One sentence.
  public let description: String
  init(_ description: String) { self.description = description }
}
