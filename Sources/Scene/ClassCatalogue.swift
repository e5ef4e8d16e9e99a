/// The names of a model's classes, in the order of its output channels.
package struct ClassCatalogue: Hashable, Sendable {
  /// Class names by index.
  package let names: [String]

  /// A catalogue of `names`, index 0 first.
  package init(names: [String]) { self.names = names }

  /// Number of classes.
  package var count: Int { names.count }

  /// The name of class `id`, or `class <id>` if it has none.
  package subscript(id: Int) -> String { names.indices.contains(id) ? names[id] : "class \(id)" }

  /// The index of a class by name (case-insensitive) or number; `nil` if there is none.
  package func index(of text: String) -> Int? {
    if let number = Int(text) { return names.indices.contains(number) ? number : nil }
    let wanted = text.lowercased()
    return names.firstIndex { $0.lowercased() == wanted }
  }
}
