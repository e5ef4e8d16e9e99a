import Testing

@testable import MPI

/// What several processes do together is in `CommandTests/TrainTests`: `mpirun` starts whole programs.
@Suite struct ProcessGroupTests {
  @Test func `a process that mpirun has not started is alone, and keeps what it has`() throws {
    let group = try ProcessGroup.joined()
    #expect(group.rank == 0 && group.count == 1 && group.isFirst)
    var values: [Float] = [1, 2]
    try unsafe values.withUnsafeMutableBufferPointer { buffer in
      try unsafe group.receivePartialSums([buffer])
      unsafe buffer[0] += 1
      try unsafe group.passOnPartialSums([buffer])
    }
    #expect(values == [2, 2])
    group.leave()
  }
}
