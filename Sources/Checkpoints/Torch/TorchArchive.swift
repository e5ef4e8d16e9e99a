import GELAN

/// What `torch.save` wrote: one pickle and the bytes of its storages, together in a zip archive.
struct TorchArchive {
  private let archive: ZipArchive
  private let heap: PickleHeap
  private let root: PickleValue
  /// Entries of the archive by name.
  private let entries: [String: ZipArchive.Entry]
  /// Folder of all entries, with the slash.
  private let folder: String

  /// Reads the pickle in `archive`.
  init(_ archive: ZipArchive) throws(ModelError) {
    var entries: [String: ZipArchive.Entry] = [:]
    entries.reserveCapacity(archive.entries.count)
    var pickle: ZipArchive.Entry?
    for entry in archive.entries {
      guard entries.updateValue(entry, forKey: entry.name) == nil else {
        throw ModelError(.damaged, "has two entries called '\(entry.name.prefix(120))'")
      }
      if entry.name.hasSuffix("/data.pkl") { pickle = entry }
    }
    guard let pickle else { throw ModelError(.unsupported, "is a zip archive without the 'data.pkl' of a checkpoint") }
    folder = String(pickle.name.dropLast("data.pkl".count))
    guard entries[folder + "constants.pkl"] == nil else {
      throw ModelError(.unsupported, "is a TorchScript export; the checkpoint it was made from is needed")
    }
    if let order = entries[folder + "byteorder"], order.count < 16,
      try archive.read(order) != Array("little".utf8)
    {
      throw ModelError(.unsupported, "stores its numbers in another byte order than little-endian")
    }
    guard pickle.count <= PickleReader.byteLimit else {
      throw ModelError(
        .unsupported, "has a description of \(pickle.count) bytes; at most \(PickleReader.byteLimit) are read")
    }
    (heap, root) = try PickleReader.read(archive.read(pickle))
    self.archive = archive
    self.entries = entries
  }

  /// Tensors and description of the network in the file. The averaged weights (`ema`) are preferred.
  func network() throws(ModelError) -> (tensors: [String: StoredTensor], description: Checkpoint.Description) {
    var description = Checkpoint.Description()
    var module = root
    for (key, origin) in Self.places {
      guard let value = heap.member(key, of: root) else { continue }
      switch value {
      case .object, .dictionary:
        module = value
        description.origin = origin
      default: continue
      }
      break
    }
    var walk = ModuleWalk(heap: heap)
    try walk.visit(module)
    guard !walk.tensors.isEmpty else { throw ModelError(.mismatch, "holds no tensors of a network") }
    var tensors: [String: StoredTensor] = [:]
    tensors.reserveCapacity(walk.tensors.count)
    for (name, index) in walk.tensors { tensors[name] = try stored(Int(index), name: name) }

    description.classNames = try classNames(of: module)
    if let value = heap.member("stride", of: module), case .tensor(let index) = value {
      let numbers = try stored(Int(index), name: "stride")
      if numbers.elementCount <= 16 { description.strides = try numbers.floats().compactMap { Int(exactly: $0) } }
    }
    let classes = heap.globals.lazy.map(\.name)
    description.usesReLU =
      classes.contains("torch.nn.modules.activation.ReLU") && !classes.contains("torch.nn.modules.activation.SiLU")
    if case .text(let slice)? = heap.member("license", of: root) {
      description.licence = Checkpoint.Description.printable(heap.text(slice))
    }
    return (tensors, description)
  }

  /// Where a network may be in the file's top dictionary, best first.
  private static let places: [(StaticString, String)] = [
    ("ema", "averaged weights (ema)"), ("model", "model"), ("state_dict", "state_dict"),
    ("model_state_dict", "model_state_dict"),
  ]

  private func stored(_ index: Int, name: String) throws(ModelError) -> StoredTensor {
    let tensor = heap.tensors[index]
    let storage = heap.storages[Int(tensor.storage)]
    let label = name.prefix(120)
    guard let shape = heap.integers(tensor.shape), let strides = heap.integers(tensor.strides), shape.count <= 8 else {
      throw ModelError(.damaged, "\(label): its shape is not made of whole numbers")
    }
    guard let entry = entries["\(folder)data/\(heap.text(storage.key))"] else {
      throw ModelError(.damaged, "\(label): its numbers are missing from the archive")
    }
    let (bytes, overflow) = Int(storage.count).multipliedReportingOverflow(by: storage.elementType.byteCount)
    guard !overflow, bytes <= entry.count else {
      throw ModelError(.damaged, "\(label): \(entry.count) bytes are there for \(storage.count) numbers")
    }
    do throws(ModelError) {
      return try StoredTensor(
        shape: shape, strides: strides, elementType: storage.elementType, file: archive.file,
        storageOffset: entry.dataOffset, storageCount: Int(storage.count), offset: Int(tensor.offset))
    } catch { throw ModelError(error.code, "\(label): \(error.message)") }
  }

  /// `names` of the network or of the file: a dictionary by number, or a list.
  private func classNames(of module: PickleValue) throws(ModelError) -> [String]? {
    guard let value = heap.member("names", of: module) ?? heap.member("names", of: root) else { return nil }
    if let items = heap.items(of: value) {
      return items.compactMap { if case .text(let slice) = $0 { heap.text(slice) } else { nil } }
        .map(Checkpoint.Description.printable)
    }
    guard case .dictionary = value else { return nil }
    let entries = heap.entries(of: value)
    var numbered: [Int: String] = [:]
    for index in stride(from: 0, to: entries.count - 1, by: 2) {
      if case .integer(let number) = entries[index], case .text(let slice) = entries[index + 1] {
        numbered[Int(number)] = heap.text(slice)
      }
    }
    return try Checkpoint.Description.names(numbered.map { ($0.key, $0.value) })
  }
}
