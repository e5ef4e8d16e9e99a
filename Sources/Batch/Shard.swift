/// One of several equal shares of a batch. Which share an input belongs to depends on its path alone: the shares of a list
/// never overlap, and stay the same when other inputs are added.
package struct Shard: Hashable, Sendable, CustomStringConvertible {
  /// Which share, from 0.
  package let index: Int
  /// How many there are.
  package let count: Int

  /// `nil` unless `index` is one of `count`.
  package init?(index: Int, of count: Int) {
    guard (1...1_000_000).contains(count), (0..<count).contains(index) else { return nil }
    self.index = index
    self.count = count
  }

  /// Reads `3/8`, the third of eight.
  package init?(parsing text: String) {
    let numbers = text.split(separator: "/", omittingEmptySubsequences: false).map { Int($0) }
    guard numbers.count == 2, let number = numbers[0], let count = numbers[1], number >= 1 else { return nil }
    self.init(index: number - 1, of: count)
  }

  /// `3 of 8`.
  package var description: String { "\(index + 1) of \(count)" }

  /// Whether the input at `path` belongs to this share.
  package func contains(_ path: String) -> Bool { Int(Self.hash(path) % UInt64(count)) == index }

  /// FNV-1a of the path's UTF-8 (Fowler, Noll and Vo), then the finaliser of MurmurHash3 (Appleby): the same on every machine.
  static func hash(_ path: String) -> UInt64 {
    var hash: UInt64 = 0xcbf2_9ce4_8422_2325
    for byte in path.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
    hash = (hash ^ hash >> 33) &* 0xff51_afd7_ed55_8ccd
    hash = (hash ^ hash >> 33) &* 0xc4ce_b9fe_1a85_ec53
    return hash ^ hash >> 33
  }
}

extension Shard {
  /// The share of this process, by the variables that Slurm, torchrun, Open MPI and Kubernetes set.
  ///
  /// - Parameters:
  ///   - count: the number of shares, if not the one in the variables.
  ///   - option: what asked for it, for errors.
  /// - Throws: `usage` if no such variables are there, or they contradict each other.
  package static func automatic(
    _ variables: [String: String], count wanted: Int? = nil, option: String = "--shard"
  ) throws(BatchError) -> Shard {
    func number(_ name: String) -> Int? { variables[name].flatMap { Int($0) } }
    var places: [(index: Int, count: Int?)] = []
    if let task = number("SLURM_ARRAY_TASK_ID") {
      let first = number("SLURM_ARRAY_TASK_MIN") ?? 0
      // Given a count, a task is known by its own number, so that it can be submitted again by itself.
      places.append(
        wanted != nil
          ? (task, nil)
          : ((task - first) / max(1, number("SLURM_ARRAY_TASK_STEP") ?? 1), number("SLURM_ARRAY_TASK_COUNT")))
    }
    // A batch script has a process number, too; only within a step are there others beside it.
    if let task = number("SLURM_PROCID"), let tasks = number("SLURM_STEP_NUM_TASKS"), tasks > 1 {
      places.append((task, tasks))
    }
    if places.isEmpty {
      if let rank = number("RANK") {
        places = [(rank, number("WORLD_SIZE"))]
      } else if let rank = number("OMPI_COMM_WORLD_RANK") {
        places = [(rank, number("OMPI_COMM_WORLD_SIZE"))]
      } else if let index = number("JOB_COMPLETION_INDEX") {
        places = [(index, nil)]
      }
    }
    guard let first = places.first else {
      throw BatchError(
        .usage,
        "\(option) auto: expected SLURM_ARRAY_TASK_ID, SLURM_PROCID, RANK or JOB_COMPLETION_INDEX in the environment, got none"
      )
    }
    if let wanted {
      // Arrays count from 0 or from 1: either way each task gets a share of its own.
      let inner = places.dropFirst().first
      let number = first.index * (inner?.count ?? 1) + (inner?.index ?? 0)
      if number >= 0, let shard = Shard(index: number % max(1, wanted), of: wanted) { return shard }
    } else {
      var index = 0, count = 1
      for place in places {
        guard let size = place.count else {
          throw BatchError(
            .usage, "\(option) auto: the environment names task \(place.index) but not of how many; expected auto/N")
        }
        guard (0..<max(1, size)).contains(place.index) else {
          throw BatchError(
            .usage,
            "\(option) auto: task \(place.index) of \(size) in the environment; expected an array without gaps, or auto/N"
          )
        }
        index = index * size + place.index
        count *= size
      }
      if let shard = Shard(index: index, of: count) { return shard }
    }
    throw BatchError(.usage, "\(option) auto: expected 1 to 1000000 shares, got \(wanted ?? 0)")
  }
}
