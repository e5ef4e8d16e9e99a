/// Writes one JSON object on a line, fields in the order they are added, numbers the same in every locale.
package struct JSONObject {
  private var text = "{"

  package init() {}

  /// The object, closed.
  package var json: String { text + "}" }

  /// Adds a field whose value is JSON already.
  package mutating func add(_ name: String, json value: String) {
    if text.utf8.count > 1 { text += "," }
    text += "\(name.json):\(value)"
  }

  package mutating func add(_ name: String, _ value: String?) { add(name, json: value?.json ?? "null") }
  package mutating func add(_ name: String, _ value: Int?) { add(name, json: value.map(String.init) ?? "null") }
  package mutating func add(_ name: String, _ value: Bool) { add(name, json: value ? "true" : "false") }
  package mutating func add(_ name: String, _ value: Double?, places: Int) {
    add(name, json: value?.json(places: places) ?? "null")
  }
  package mutating func add(_ name: String, _ values: [Float], places: Int) {
    add(name, json: "[\(values.map { $0.json(places: places) }.joined(separator: ","))]")
  }
  package mutating func add(_ name: String, _ values: [String]) {
    add(name, json: "[\(values.map(\.json).joined(separator: ","))]")
  }
}
