/// A few values by their keys: where there is no more room, the one that was used longest ago is forgotten.
struct RecentlyUsed<Key: Equatable, Value> {
  private let limit: Int
  /// The one used last comes last.
  private var entries: [(key: Key, value: Value)] = []

  /// Room for `limit` values.
  init(limit: Int) { self.limit = limit }

  /// The value that was used last.
  var latest: Value? { entries.last?.value }

  /// All that are remembered, the one used last behind the others.
  var values: [Value] { entries.map(\.value) }

  /// The value of `key`, which is used by that; `nil` if it is not remembered.
  mutating func value(of key: Key) -> Value? {
    guard let index = entries.lastIndex(where: { $0.key == key }) else { return nil }
    entries.append(entries.remove(at: index))
    return latest
  }

  /// Remembers the value of a new key.
  mutating func insert(_ value: Value, of key: Key) {
    if entries.count == limit { entries.removeFirst() }
    entries.append((key, value))
  }
}
