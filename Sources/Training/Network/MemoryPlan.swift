/// Places tensors that do not live at the same time on the same memory.
///
/// Largest first, each at the lowest offset where it meets no other that is alive with it (the greedy-by-size rule of
/// Pisarchyk and Lee 2020).
struct MemoryPlan {
  /// A tensor to place: bytes, and the first and last step that touches it.
  struct Request {
    var byteCount: Int
    var firstStep: Int
    var lastStep: Int
  }

  /// Where each request starts, in bytes.
  let offsets: [Int]
  /// Bytes needed altogether.
  let byteCount: Int

  private static let alignment = 64

  init(_ requests: [Request]) {
    struct Placed {
      var start: Int
      var end: Int
      var firstStep: Int
      var lastStep: Int
    }
    var offsets = [Int](repeating: 0, count: requests.count)
    var placed: [Placed] = []
    var total = 0
    let order = requests.indices.sorted {
      (requests[$0].byteCount, $1) > (requests[$1].byteCount, $0)
    }
    for index in order {
      let request = requests[index]
      var start = 0
      // `placed` is kept sorted by start, so the first gap that is wide enough is the lowest.
      for other in placed where other.firstStep <= request.lastStep && request.firstStep <= other.lastStep {
        if other.start >= start + request.byteCount { break }
        start = max(start, other.end)
      }
      let end = (start + request.byteCount + Self.alignment - 1) / Self.alignment * Self.alignment
      offsets[index] = start
      total = max(total, end)
      let entry = Placed(start: start, end: end, firstStep: request.firstStep, lastStep: request.lastStep)
      placed.insert(entry, at: placed.firstIndex { $0.start > start } ?? placed.count)
    }
    self.offsets = offsets
    byteCount = total
  }
}
