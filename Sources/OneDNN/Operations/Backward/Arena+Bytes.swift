extension Arena {
  /// The arena's memory, valid as long as the arena lives, for computations without a primitive, such as an optimiser
  /// step.
  @unsafe package var bytes: UnsafeMutableRawBufferPointer { unsafe .init(start: base, count: byteCount) }
}
