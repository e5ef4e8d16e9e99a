import GELAN

/// Walks the tree of modules a pickle describes and collects its tensors under their state-dict names: the path of
/// `_modules` keys and the `_parameters` or `_buffers` key.
///
/// The tree may share parts and even contain itself, so the walk is bounded in depth and in steps.
struct ModuleWalk {
  private static let depthLimit = 32
  private static let keyLimit = 200
  /// The largest network has 12,000 modules.
  private static let moduleLimit = 100_000
  private static let tensorLimit = 50_000
  /// Number of entries visited: a large table that many modules share is visited as often.
  private static let stepLimit = 20_000_000

  let heap: PickleHeap
  /// Indices in `PickleHeap.tensors` by name.
  private(set) var tensors: [String: Int32] = [:]
  private var modules = 0
  private var steps = 0

  init(heap: PickleHeap) { self.heap = heap }

  /// Collects the tensors of `value`: a module, or a dictionary of tensors by name.
  mutating func visit(_ value: PickleValue) throws(ModelError) {
    if case .dictionary(let index) = value { return try collect(index, prefix: "") }
    try visit(value, prefix: "", depth: 0)
  }

  private mutating func visit(_ module: PickleValue, prefix: String, depth: Int) throws(ModelError) {
    guard case .object(let object) = module else { return }
    modules += 1
    if let attributes = heap.objects[Int(object)].attributes { steps += 3 * heap.dictionaries[Int(attributes)].count }
    guard depth < Self.depthLimit, modules <= Self.moduleLimit, steps <= Self.stepLimit else {
      throw ModelError(.refused, "refused: its modules contain each other without end")
    }
    for table in ["_parameters", "_buffers"] as [StaticString] {
      if case .dictionary(let index)? = heap.member(table, of: module) { try collect(index, prefix: prefix) }
    }
    guard let children = heap.member("_modules", of: module) else { return }
    let entries = heap.entries(of: children)
    steps += entries.count
    for index in stride(from: 0, to: entries.count - 1, by: 2) {
      guard case .text(let slice) = entries[index], case .object = entries[index + 1] else { continue }
      try visit(entries[index + 1], prefix: prefix + (try key(slice)) + ".", depth: depth + 1)
    }
  }

  private mutating func collect(_ dictionary: Int32, prefix: String) throws(ModelError) {
    let entries = heap.dictionaries[Int(dictionary)]
    steps += entries.count
    for index in stride(from: 0, to: entries.count - 1, by: 2) {
      guard case .text(let slice) = entries[index], case .tensor(let tensor) = entries[index + 1] else { continue }
      tensors[prefix + (try key(slice))] = tensor
      guard tensors.count <= Self.tensorLimit else {
        throw ModelError(.refused, "refused: it names more than \(Self.tensorLimit) tensors")
      }
    }
  }

  private func key(_ slice: PickleSlice) throws(ModelError) -> String {
    guard slice.count <= Self.keyLimit else { throw ModelError(.damaged, "has a module name of \(slice.count) bytes") }
    return heap.text(slice)
  }
}
