/// One value a pickle describes.
///
/// Every case is trivially copyable: containers are indices into a `PickleHeap`. Sharing and cycles need no reference counting,
/// and a pickle cannot make values nest in memory.
enum PickleValue: BitwiseCopyable {
  case none
  case boolean(Bool)
  case integer(Int64)
  case real(Double)
  /// UTF-8 text at a place of the pickle's own bytes.
  case text(PickleSlice)
  /// Bytes at a place of the pickle's own bytes.
  case bytes(PickleSlice)
  /// A slice of `PickleHeap.tupleItems`.
  case tuple(PickleSlice)
  /// Also sets; order and uniqueness are not needed.
  case list(Int32)
  case dictionary(Int32)
  /// A global name from the allow-list; it is never called.
  case global(Int32)
  case object(Int32)
  case storage(Int32)
  case tensor(Int32)
  /// Something allowed that carries nothing of use: a device, a path, a number object.
  case opaque
}

/// A run of bytes or items.
struct PickleSlice: BitwiseCopyable {
  var start: UInt32
  var count: UInt32

  var range: Range<Int> { Int(start)..<(Int(start) + Int(count)) }
}

/// An instance of a class from the allow-list with the attributes it would have.
struct PickleObject {
  /// Index of the class in `PickleHeap.globals`.
  let type: Int32
  /// Its attribute dictionary once known.
  var attributes: Int32?
}

/// The bytes behind tensors: an entry of the archive that holds `count` numbers.
struct PickleStorage {
  let elementType: ElementType
  /// Name of the entry below `data/`.
  let key: PickleSlice
  let count: Int64
}

/// A view of a storage, as written and not yet checked.
struct PickleTensor {
  let storage: Int32
  let offset: Int64
  let shape: PickleSlice
  let strides: PickleSlice
}
