import GELAN

/// What the few allowed calls and instances mean.
extension PickleReader {
  private func global(_ value: PickleValue) throws(ModelError) -> (index: Int32, global: PickleGlobal) {
    guard case .global(let index) = value else { throw misuse("calls something that is not a named class") }
    return (index, heap.globals[Int(index)])
  }

  /// The value of calling `callee` with the tuple `arguments`.
  mutating func call(_ callee: PickleValue, _ arguments: PickleValue) throws(ModelError) -> PickleValue {
    let (index, global) = try global(callee)
    guard case .tuple(let slice) = arguments else { throw misuse("calls '\(global.name)' without arguments") }
    let first = slice.count > 0 ? heap.tupleItems[Int(slice.start)] : nil
    switch global.kind {
    case .tensorRebuild: return try tensor(slice)
    case .parameterRebuild:
      guard let first, case .tensor = first else { throw misuse("makes a parameter of something that is no tensor") }
      return first
    case .attributedRebuild:
      // (function, class, arguments, attributes)
      guard slice.count >= 3, case .global(let function)? = first else {
        throw misuse("makes a tensor of unknown parts")
      }
      switch heap.globals[Int(function)].kind {
      case .tensorRebuild, .parameterRebuild: return try call(.global(function), heap.tupleItems[Int(slice.start) + 2])
      default: throw misuse("makes a tensor in an unknown way")
      }
    case .dictionary:
      let entries = try pairs(first)
      return try makeDictionary(entries)
    case .list: return try makeList(first.flatMap { heap.items(of: $0) } ?? [])
    case .size:
      guard let first, case .tuple = first else { throw misuse("makes a size of something that is no tuple") }
      return first
    case .object: return try instance(of: .global(index), arguments)
    case .method:
      // Anything but the method of an object that was just described is a program.
      guard slice.count == 2, isPartOfNetwork(first), case .text = heap.tupleItems[Int(slice.start) + 1] else {
        throw ModelError(
          .refused, "refused: it calls '\(global.name)' on something that is no part of a network; nothing was run")
      }
      return .opaque
    case .opaque: return .opaque
    case .storage: throw misuse("calls the storage class '\(global.name)'")
    }
  }

  /// Whether `value` is an object or a class of the list.
  private func isPartOfNetwork(_ value: PickleValue?) -> Bool {
    switch value {
    case .object: true
    case .global(let index): if case .object = heap.globals[Int(index)].kind { true } else { false }
    default: false
    }
  }

  /// A new instance of the class `callee`, not yet filled.
  mutating func instance(of callee: PickleValue, _ arguments: PickleValue) throws(ModelError) -> PickleValue {
    let (index, global) = try global(callee)
    switch global.kind {
    case .object:
      try spend(2)
      heap.objects.append(PickleObject(type: index))
      return .object(Int32(heap.objects.count - 1))
    case .dictionary: return try makeDictionary()
    case .list: return try makeList()
    case .opaque: return .opaque
    case .tensorRebuild, .parameterRebuild, .attributedRebuild, .storage, .size, .method:
      throw misuse("makes an instance of '\(global.name)'")
    }
  }

  /// Gives `target` the state it had when it was saved.
  mutating func build(_ target: PickleValue, from state: PickleValue) throws(ModelError) {
    switch target {
    case .object(let index):
      switch state {
      case .dictionary(let attributes): heap.objects[Int(index)].attributes = attributes
      case .tuple(let slice):
        // (attributes, slots), as classes with slots are written.
        if let first = heap.tupleItems[slice.range].first, case .dictionary(let attributes) = first {
          heap.objects[Int(index)].attributes = attributes
        }
      default: break
      }
    // Attributes of a container, a tensor or a metric say nothing about weights.
    case .dictionary, .list, .tensor, .opaque: break
    default: throw misuse("gives a state to something that has none")
    }
  }

  /// The bytes a persistent id stands for: `('storage', class, key, device, count)`.
  mutating func storage(_ id: PickleValue) throws(ModelError) -> PickleValue {
    guard case .tuple(let slice) = id, slice.count >= 5 else { throw misuse("names a storage in an unknown way") }
    let parts = heap.tupleItems[slice.range]
    let start = parts.startIndex
    guard heap.isText(parts[start], "storage"), case .global(let type) = parts[start + 1],
      case .storage(let elementType) = heap.globals[Int(type)].kind, case .text(let key) = parts[start + 2],
      case .integer(let count) = parts[start + 4], count >= 0
    else { throw misuse("names a storage in an unknown way") }
    try spend(2)
    heap.storages.append(PickleStorage(elementType: elementType, key: key, count: count))
    return .storage(Int32(heap.storages.count - 1))
  }

  /// A tensor from `(storage, offset, shape, strides, …)`.
  private mutating func tensor(_ arguments: PickleSlice) throws(ModelError) -> PickleValue {
    let parts = heap.tupleItems[arguments.range]
    let start = parts.startIndex
    guard parts.count >= 4, case .storage(let storage) = parts[start], case .integer(let offset) = parts[start + 1],
      case .tuple(let shape) = parts[start + 2], case .tuple(let strides) = parts[start + 3]
    else { throw misuse("makes a tensor of unknown parts") }
    try spend(3)
    heap.tensors.append(PickleTensor(storage: storage, offset: offset, shape: shape, strides: strides))
    return .tensor(Int32(heap.tensors.count - 1))
  }

  /// Keys and values from a list of pairs, as old writers hand them to an ordered dictionary.
  private func pairs(_ value: PickleValue?) throws(ModelError) -> [PickleValue] {
    guard let value, let pairs = heap.items(of: value) else { return [] }
    var entries: [PickleValue] = []
    for pair in pairs {
      guard let items = heap.items(of: pair), items.count == 2 else { throw misuse("fills a dictionary with no pairs") }
      entries.append(contentsOf: items)
    }
    return entries
  }
}
