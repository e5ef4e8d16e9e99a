/// All containers of one pickle, and the bytes its texts lie in.
struct PickleHeap {
  let bytes: [UInt8]
  var globals: [PickleGlobal] = []
  var tupleItems: [PickleValue] = []
  var lists: [[PickleValue]] = []
  /// Key, value, key, value, …; a later key stands for an earlier equal one.
  var dictionaries: [[PickleValue]] = []
  var objects: [PickleObject] = []
  var storages: [PickleStorage] = []
  var tensors: [PickleTensor] = []

  init(bytes: [UInt8]) { self.bytes = bytes }

  /// The text at `slice`; bytes that are not UTF-8 are repaired.
  func text(_ slice: PickleSlice) -> String { String(decoding: bytes[slice.range], as: UTF8.self) }

  /// Whether `value` is the text `expected`.
  func isText(_ value: PickleValue, _ expected: StaticString) -> Bool {
    guard case .text(let slice) = value, Int(slice.count) == expected.utf8CodeUnitCount else { return false }
    return expected.withUTF8Buffer { wanted in
      for (offset, position) in slice.range.enumerated() where unsafe bytes[position] != wanted[offset] { return false }
      return true
    }
  }

  /// What `dictionary` holds under the text `key`.
  func value(of key: StaticString, in dictionary: Int32) -> PickleValue? {
    let entries = dictionaries[Int(dictionary)]
    // From the end, because a later entry wins.
    for index in stride(from: entries.count - 2, through: 0, by: -2) where isText(entries[index], key) {
      return entries[index + 1]
    }
    return nil
  }

  /// The attribute `name` of an object, or the entry `name` of a dictionary.
  func member(_ name: StaticString, of value: PickleValue) -> PickleValue? {
    switch value {
    case .dictionary(let index): return self.value(of: name, in: index)
    case .object(let index): return objects[Int(index)].attributes.flatMap { self.value(of: name, in: $0) }
    default: return nil
    }
  }

  /// The entries of a dictionary, or of an object's attributes, in order.
  func entries(of value: PickleValue) -> [PickleValue] {
    switch value {
    case .dictionary(let index): dictionaries[Int(index)]
    default: []
    }
  }

  /// The items of a tuple or list.
  func items(of value: PickleValue) -> [PickleValue]? {
    switch value {
    case .tuple(let slice): Array(tupleItems[slice.range])
    case .list(let index): lists[Int(index)]
    default: nil
    }
  }

  /// The integers of a tuple of integers.
  func integers(_ slice: PickleSlice) -> [Int]? {
    var numbers: [Int] = []
    numbers.reserveCapacity(Int(slice.count))
    for item in tupleItems[slice.range] {
      guard case .integer(let number) = item else { return nil }
      numbers.append(Int(number))
    }
    return numbers
  }
}
