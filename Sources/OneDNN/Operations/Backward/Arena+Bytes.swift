extension Arena {
  /// Its memory, valid as long as the arena lives; for values that are computed on without a primitive, such as the
  /// weights an optimiser moves.
  @unsafe public var bytes: UnsafeMutableRawBufferPointer { unsafe .init(start: base, count: byteCount) }
}
