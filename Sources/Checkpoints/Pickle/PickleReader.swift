import GELAN

/// Reads what a pickle describes, without doing any of it.
///
/// A pickle is a program for a small stack machine. This reader is that machine with nothing attached: the opcodes a
/// checkpoint needs build plain values, a call is only understood for the handful of names in `PickleGlobal`, and any
/// other opcode or name ends the reading. Protocols 2 to 5; the opcodes are described in CPython's `pickletools`.
struct PickleReader: ~Copyable {
  /// Largest description that is read, in bytes. A checkpoint of the largest network with its optimiser needs 3 MB.
  static let byteLimit = 32 << 20

  var cursor: ByteCursor
  var heap: PickleHeap
  var stack: [PickleValue] = []
  /// Heights of the stack at which marks were set.
  var marks: [Int] = []
  private var memo: [PickleValue] = []
  private var sparseMemo: [Int: PickleValue] = [:]
  /// Slots that may still be filled in the memo and in containers. Files of protocol 2 fill one for every three bytes,
  /// those of protocol 4, which memoise with one byte, up to one for each.
  private var budget: Int

  /// Deepest the stack may grow. Real files need a few thousand, for one batch of a long list.
  private static let stackLimit = 100_000

  /// Reads `bytes` to the end of the pickle. Returns its containers and the one value it leaves.
  static func read(_ bytes: [UInt8]) throws(ModelError) -> (heap: PickleHeap, root: PickleValue) {
    guard bytes.count <= byteLimit else {
      throw ModelError(.unsupported, "has a description of \(bytes.count) bytes; at most \(byteLimit) are read")
    }
    var reader = PickleReader(bytes)
    let root = try reader.run()
    return (reader.heap, root)
  }

  private init(_ bytes: [UInt8]) {
    cursor = ByteCursor(bytes)
    heap = PickleHeap(bytes: bytes)
    budget = min(4096 + bytes.count, 4_000_000)
  }

  private mutating func run() throws(ModelError) -> PickleValue {
    while true {
      let position = cursor.position
      let opcode = try cursor.byte()
      if opcode == Opcode.stop { break }
      try perform(opcode, at: position)
    }
    guard marks.isEmpty, stack.count == 1, let root = stack.first else {
      throw ModelError(.damaged, "has a description that ends with \(stack.count) values in place of one")
    }
    return root
  }

  // MARK: the stack

  mutating func push(_ value: PickleValue) throws(ModelError) {
    guard stack.count < Self.stackLimit else {
      throw ModelError(.refused, "refused: its description piles up more than \(Self.stackLimit) values")
    }
    stack.append(value)
  }

  mutating func pop() throws(ModelError) -> PickleValue {
    guard stack.count > (marks.last ?? 0) else { throw Self.underflow(at: cursor.position) }
    return stack.removeLast()
  }

  func top() throws(ModelError) -> PickleValue {
    guard stack.count > (marks.last ?? 0), let top = stack.last else { throw Self.underflow(at: cursor.position) }
    return top
  }

  /// Removes the innermost mark and returns its position.
  mutating func popMark() throws(ModelError) -> Int {
    guard let mark = marks.popLast(), mark <= stack.count else { throw Self.underflow(at: cursor.position) }
    return mark
  }

  /// Takes `count` values of the budget.
  mutating func spend(_ count: Int) throws(ModelError) {
    budget -= count
    guard budget >= 0 else {
      throw ModelError(.refused, "refused: its description asks for far more values than its size allows")
    }
  }

  // MARK: the memo

  mutating func remember(at index: Int) throws(ModelError) {
    let value = try top()
    if index < memo.count {
      memo[index] = value
    } else if index == memo.count {
      try spend(1)
      memo.append(value)
    } else {
      // Files whose memo was tidied have gaps; an index taken at its word could ask for gigabytes.
      try spend(4)
      sparseMemo[index] = value
    }
  }

  /// Remembers the top under the next number, as protocol 4 does.
  mutating func rememberNext() throws(ModelError) { try remember(at: memo.count) }

  func recall(_ index: Int) throws(ModelError) -> PickleValue {
    if index < memo.count { return memo[index] }
    guard let value = sparseMemo[index] else {
      throw ModelError(.damaged, "has a description that recalls value \(index), which it never stored")
    }
    return value
  }

  // MARK: containers

  /// A tuple of the values from `start` to the top of the stack, which leave it.
  mutating func makeTuple(from start: Int) throws(ModelError) {
    let count = stack.count - start
    guard start >= (marks.last ?? 0) else { throw Self.underflow(at: cursor.position) }
    try spend(count)
    let slice = PickleSlice(start: UInt32(heap.tupleItems.count), count: UInt32(count))
    heap.tupleItems.append(contentsOf: stack[start...])
    stack.removeSubrange(start...)
    try push(.tuple(slice))
  }

  mutating func makeList(_ items: [PickleValue] = []) throws(ModelError) -> PickleValue {
    try spend(items.count + 1)
    heap.lists.append(items)
    return .list(Int32(heap.lists.count - 1))
  }

  mutating func makeDictionary(_ entries: [PickleValue] = []) throws(ModelError) -> PickleValue {
    try spend(entries.count + 1)
    heap.dictionaries.append(entries)
    return .dictionary(Int32(heap.dictionaries.count - 1))
  }

  /// Moves the values above `start` into the list below them.
  mutating func extendList(from start: Int) throws(ModelError) {
    guard start > (marks.last ?? 0), start <= stack.count else { throw Self.underflow(at: cursor.position) }
    try spend(stack.count - start)
    switch stack[start - 1] {
    case .list(let index): heap.lists[Int(index)].append(contentsOf: stack[start...])
    case .opaque: break
    default: throw misuse("puts items into something that is not a list")
    }
    stack.removeSubrange(start...)
  }

  /// Moves the keys and values above `start` into the dictionary below them.
  mutating func extendDictionary(from start: Int) throws(ModelError) {
    guard start > (marks.last ?? 0), start <= stack.count, (stack.count - start).isMultiple(of: 2) else {
      throw Self.underflow(at: cursor.position)
    }
    try spend(stack.count - start)
    switch stack[start - 1] {
    case .dictionary(let index): heap.dictionaries[Int(index)].append(contentsOf: stack[start...])
    case .opaque, .object: break
    default: throw misuse("puts entries into something that is not a dictionary")
    }
    stack.removeSubrange(start...)
  }

  func misuse(_ what: String) -> ModelError {
    ModelError(.damaged, "has a description that \(what) (byte \(cursor.position))")
  }

  static func underflow(at position: Int) -> ModelError {
    ModelError(.damaged, "has a description that takes more values than it gave (byte \(position))")
  }
}
