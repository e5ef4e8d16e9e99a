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
    if walk.tensors.isEmpty, let found = nested() {
      (walk, module) = (found.walk, found.module)
      description.origin = found.key
    }
    guard !walk.tensors.isEmpty else { throw ModelError(.mismatch, "holds no tensors of a network") }
    var tensors: [String: StoredTensor] = [:]
    tensors.reserveCapacity(walk.tensors.count)
    for (name, index) in walk.tensors { tensors[name] = try stored(Int(index), name: name) }

    description.classNames = try classNames(of: wrapped(module))
    description.imageSize = imageSize(of: module)
    if let value = heap.member("stride", of: wrapped(module)), case .tensor(let index) = value {
      let numbers = try stored(Int(index), name: "stride")
      if numbers.elementCount <= 16 { description.strides = try numbers.floats().compactMap { Int(exactly: $0) } }
    }
    let classes = heap.globals.lazy.map(\.name)
    description.usesReLU =
      classes.contains("torch.nn.modules.activation.ReLU") && !classes.contains("torch.nn.modules.activation.SiLU")
    if classes.contains(where: { $0.hasPrefix("ultralytics.") }) {
      description.family = .ultralytics
    } else if classes.contains(where: { $0.hasPrefix("models.") }) {
      description.family = .official
    }
    if case .text(let slice)? = heap.member("license", of: root) {
      description.licence = Checkpoint.Description.printable(heap.text(slice))
    }
    return (tensors, description)
  }

  /// The network inside wrappers for parallel training and compiling, which have one module and no names.
  private func wrapped(_ module: PickleValue) -> PickleValue {
    var inner = module
    for _ in 0..<8 {
      guard heap.member("names", of: inner) == nil, let children = heap.member("_modules", of: inner) else {
        return inner
      }
      let entries = heap.entries(of: children)
      guard entries.count == 2, case .object = entries[1] else { return inner }
      inner = entries[1]
    }
    return inner
  }

  /// The side that the network was trained on, as the options of its training say.
  private func imageSize(of module: PickleValue) -> Int? {
    let options = [
      heap.member("train_args", of: root), heap.member("opt", of: root), heap.member("args", of: wrapped(module)),
    ]
    for case let options? in options {
      guard let value = heap.member("imgsz", of: options) ?? heap.member("img_size", of: options) else { continue }
      let sides = heap.items(of: value) ?? [value]
      let numbers = sides.compactMap { if case .integer(let side) = $0 { Int(side) } else { nil } }
      if let side = numbers.max(), (32...8192).contains(side) { return side }
    }
    return nil
  }

  /// A name as Python writes what it is: text, a number, a truth value.
  private func name(_ value: PickleValue) -> String? {
    switch value {
    case .text(let slice): heap.text(slice)
    case .integer(let number): "\(number)"
    case .real(let number): "\(number)"
    case .boolean(let flag): flag ? "True" : "False"
    case .none: "None"
    default: nil
    }
  }

  /// Where a network may be in the file's top dictionary, best first.
  private static let places: [(StaticString, String)] = [
    ("ema", "averaged weights (ema)"), ("model_ema", "averaged weights (model_ema)"),
    ("ema_state_dict", "averaged weights (ema_state_dict)"), ("state_dict_ema", "averaged weights (state_dict_ema)"),
    ("model", "model"), ("state_dict", "state_dict"), ("model_state_dict", "model_state_dict"),
  ]

  /// The table with most tensors in the tables of the file, down to the third level, and the keys it stands under: other
  /// training code calls it by other names. Of equal ones that of averaged weights is taken.
  private func nested() -> (walk: ModuleWalk, module: PickleValue, key: String)? {
    var best: (walk: ModuleWalk, module: PickleValue, key: String)?
    var open: [(key: String, value: PickleValue)] = [("", root)]
    for level in 0..<3 {
      var below: [(key: String, value: PickleValue)] = []
      for (key, value) in open {
        let entries = heap.entries(of: value)
        for index in stride(from: 0, to: entries.count - 1, by: 2) where below.count < 64 {
          guard case .text(let slice) = entries[index], slice.count <= 100 else { continue }
          let name = Checkpoint.Description.printable(heap.text(slice))
          switch entries[index + 1] {
          case .dictionary: below.append((key.isEmpty ? name : "\(key).\(name)", entries[index + 1]))
          // A walk through modules costs more: only a few are tried.
          case .object where level == 0 && index < 16: below.append((name, entries[index + 1]))
          default: continue
          }
        }
      }
      for (key, value) in below {
        var walk = ModuleWalk(heap: heap)
        guard (try? walk.visit(value)) != nil else { continue }
        let (count, most) = (walk.tensors.count, best?.walk.tensors.count ?? 0)
        if count > most || count > 0 && count == most && key.contains("ema") { best = (walk, value, key) }
      }
      open = below
    }
    return best
  }

  private func stored(_ index: Int, name: String) throws(ModelError) -> StoredTensor {
    let tensor = heap.tensors[index]
    let storage = heap.storages[Int(tensor.storage)]
    let label = name.prefix(120)
    guard let shape = heap.integers(tensor.shape), let strides = heap.integers(tensor.strides), shape.count <= 8 else {
      throw ModelError(.damaged, "\(label): its shape is not made of integers")
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

  /// `names` of the network or of the file: a dictionary by number, which may be text, or a list.
  private func classNames(of module: PickleValue) throws(ModelError) -> [String]? {
    guard let value = heap.member("names", of: module) ?? heap.member("names", of: root) else { return nil }
    if let items = heap.items(of: value) {
      return items.compactMap(name).map(Checkpoint.Description.printable)
    }
    guard case .dictionary = value else { return nil }
    let entries = heap.entries(of: value)
    var numbered: [Int: String] = [:]
    for index in stride(from: 0, to: entries.count - 1, by: 2) {
      guard let key = name(entries[index]).flatMap({ Int($0) }), let name = name(entries[index + 1]) else { continue }
      numbered[key] = name
    }
    return try Checkpoint.Description.names(numbered.map { ($0.key, $0.value) })
  }
}
