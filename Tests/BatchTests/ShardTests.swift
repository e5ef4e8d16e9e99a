import Testing

@testable import Batch

@Suite struct ShardTests {
  private let paths = (0..<1000).map { "videos/camera\($0 % 7)/clip\($0).mp4" }

  @Test(arguments: [1, 2, 3, 8, 31]) func `shares are disjoint, complete and about equal`(count: Int) throws {
    let shards = try (0..<count).map { try #require(Shard(index: $0, of: count)) }
    let sizes = shards.map { shard in paths.count { shard.contains($0) } }
    #expect(paths.allSatisfy { path in shards.count { $0.contains(path) } == 1 })
    let expected = Double(paths.count) / Double(count)
    #expect(sizes.allSatisfy { abs(Double($0) - expected) < 5 * expected.squareRoot() + 1 }, "\(sizes)")
  }

  /// Results of an older version must be found again: these numbers never change.
  @Test func `the hash is the same on every machine`() {
    #expect(Shard.hash("") == 0xefd0_1f60_ba99_2926)
    #expect(Shard.hash("a.mp4") != Shard.hash("b.mp4"))
  }

  @Test(
    arguments: [
      (["SLURM_ARRAY_TASK_ID": "4", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "8"], "4 of 8"),
      (
        [
          "SLURM_ARRAY_TASK_ID": "10", "SLURM_ARRAY_TASK_MIN": "0", "SLURM_ARRAY_TASK_COUNT": "3",
          "SLURM_ARRAY_TASK_STEP": "5",
        ], "3 of 3"
      ),
      (["SLURM_PROCID": "2", "SLURM_STEP_NUM_TASKS": "4", "SLURM_NTASKS": "4"], "3 of 4"),
      (
        [
          "SLURM_ARRAY_TASK_ID": "1", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_PROCID": "1", "SLURM_STEP_NUM_TASKS": "3",
        ], "5 of 6"
      ),
      // A batch script is one process, whatever its job may start.
      (
        [
          "SLURM_ARRAY_TASK_ID": "0", "SLURM_ARRAY_TASK_COUNT": "2", "SLURM_PROCID": "0", "SLURM_NTASKS": "16",
        ], "1 of 2"
      ),
      (["RANK": "3", "WORLD_SIZE": "4"], "4 of 4"),
      (["OMPI_COMM_WORLD_RANK": "0", "OMPI_COMM_WORLD_SIZE": "2"], "1 of 2"),
    ])
  func `the environment selects the share`(variables: [String: String], shard: String) throws {
    #expect(try Shard.automatic(variables).description == shard)
  }

  @Test func `a count that is given completes what the environment lacks`() throws {
    #expect(try Shard.automatic(["JOB_COMPLETION_INDEX": "2"], count: 8).description == "3 of 8")
    // One task of an array again, by itself.
    let again = ["SLURM_ARRAY_TASK_ID": "5", "SLURM_ARRAY_TASK_MIN": "5", "SLURM_ARRAY_TASK_COUNT": "1"]
    #expect(try Shard.automatic(again, count: 8).index == 5)
    // From 1 as from 0, each has a share of its own.
    let indices = try (1...8).map { try Shard.automatic(["SLURM_ARRAY_TASK_ID": "\($0)"], count: 8).index }
    #expect(Set(indices).count == 8)
  }

  @Test(
    arguments: [
      [:], ["SLURM_PROCID": "0"], ["JOB_COMPLETION_INDEX": "0"],
      ["SLURM_ARRAY_TASK_ID": "9", "SLURM_ARRAY_TASK_MIN": "1", "SLURM_ARRAY_TASK_COUNT": "3"],
      ["RANK": "4", "WORLD_SIZE": "4"],
    ])
  func `nothing is guessed where the environment does not say`(variables: [String: String]) {
    #expect(throws: BatchError.self) { try Shard.automatic(variables) }
  }

  @Test(arguments: [
    ("1/1", true), ("8/8", true), ("0/8", false), ("9/8", false), ("1", false), ("a/b", false), ("1/0", false),
  ])
  func `a share is written I/N from 1`(text: String, isOne: Bool) { #expect((Shard(parsing: text) != nil) == isOne) }
}
