/// A small LRU cache.
struct RecentlyUsed<Key: Equatable, Value> {
  private let limit: Int
  /// Least recently used first.
  private var entries: [(key: Key, value: Value)] = []

  /// A cache of at most `limit` values.
  init(limit: Int) { self.limit = limit }

  /// The value used most recently.
  var latest: Value? { entries.last?.value }

  /// All values, the most recently used last.
  var values: [Value] { entries.map(\.value) }

  /// The value of `key`, now the most recently used; `nil` if it is not cached.
  mutating func value(of key: Key) -> Value? {
    guard let index = entries.lastIndex(where: { $0.key == key }) else { return nil }
    entries.append(entries.remove(at: index))
    return latest
  }

  /// Adds the value of a new key; removes the least recently used one if the cache is full.
  mutating func insert(_ value: Value, of key: Key) {
    if entries.count == limit { entries.removeFirst() }
    entries.append((key, value))
  }
}
