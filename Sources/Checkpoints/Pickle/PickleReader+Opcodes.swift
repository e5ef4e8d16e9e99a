import GELAN

/// The opcodes that are understood, by the letters CPython gives them.
enum Opcode {
  static let stop: UInt8 = 0x2E
  static let proto: UInt8 = 0x80
  static let frame: UInt8 = 0x95
  static let mark: UInt8 = 0x28
  static let pop: UInt8 = 0x30
  static let popMark: UInt8 = 0x31
  static let dup: UInt8 = 0x32
  static let none: UInt8 = 0x4E
  static let newTrue: UInt8 = 0x88
  static let newFalse: UInt8 = 0x89
  static let binInt: UInt8 = 0x4A
  static let binInt1: UInt8 = 0x4B
  static let binInt2: UInt8 = 0x4D
  static let long1: UInt8 = 0x8A
  static let long4: UInt8 = 0x8B
  static let binFloat: UInt8 = 0x47
  static let binString: UInt8 = 0x54
  static let shortBinString: UInt8 = 0x55
  static let binUnicode: UInt8 = 0x58
  static let shortBinUnicode: UInt8 = 0x8C
  static let binUnicode8: UInt8 = 0x8D
  static let binBytes: UInt8 = 0x42
  static let shortBinBytes: UInt8 = 0x43
  static let binBytes8: UInt8 = 0x8E
  static let byteArray8: UInt8 = 0x96
  static let emptyList: UInt8 = 0x5D
  static let append: UInt8 = 0x61
  static let appends: UInt8 = 0x65
  static let list: UInt8 = 0x6C
  static let emptyTuple: UInt8 = 0x29
  static let tuple: UInt8 = 0x74
  static let tuple1: UInt8 = 0x85
  static let tuple2: UInt8 = 0x86
  static let tuple3: UInt8 = 0x87
  static let emptyDict: UInt8 = 0x7D
  static let dict: UInt8 = 0x64
  static let setItem: UInt8 = 0x73
  static let setItems: UInt8 = 0x75
  static let emptySet: UInt8 = 0x8F
  static let addItems: UInt8 = 0x90
  static let frozenSet: UInt8 = 0x91
  static let binPut: UInt8 = 0x71
  static let longBinPut: UInt8 = 0x72
  static let binGet: UInt8 = 0x68
  static let longBinGet: UInt8 = 0x6A
  static let memoize: UInt8 = 0x94
  static let global: UInt8 = 0x63
  static let stackGlobal: UInt8 = 0x93
  static let reduce: UInt8 = 0x52
  static let newObj: UInt8 = 0x81
  static let newObjEx: UInt8 = 0x92
  static let build: UInt8 = 0x62
  static let binPersId: UInt8 = 0x51
}

extension PickleReader {
  /// Performs one opcode that stood at `position`.
  mutating func perform(_ opcode: UInt8, at position: Int) throws(ModelError) {
    switch opcode {
    case Opcode.binGet: try push(try recall(Int(try cursor.byte())))
    case Opcode.longBinGet: try push(try recall(try cursor.word()))
    case Opcode.binPut: try remember(at: Int(try cursor.byte()))
    case Opcode.longBinPut: try remember(at: try cursor.word())
    case Opcode.memoize: try rememberNext()

    case Opcode.none: try push(.none)
    case Opcode.newTrue: try push(.boolean(true))
    case Opcode.newFalse: try push(.boolean(false))
    case Opcode.binInt: try push(.integer(Int64(Int32(truncatingIfNeeded: try cursor.unsigned(4)))))
    case Opcode.binInt1: try push(.integer(Int64(try cursor.byte())))
    case Opcode.binInt2: try push(.integer(Int64(try cursor.short())))
    case Opcode.long1: try pushLong(byteCount: Int(try cursor.byte()))
    case Opcode.long4: try pushLong(byteCount: try cursor.word())
    case Opcode.binFloat: try push(.real(Double(bitPattern: try cursor.unsigned(8).byteSwapped)))

    case Opcode.binUnicode: try push(.text(try slice(try cursor.word())))
    case Opcode.shortBinUnicode: try push(.text(try slice(Int(try cursor.byte()))))
    case Opcode.binUnicode8: try push(.text(try slice(try cursor.long())))
    case Opcode.binString, Opcode.binBytes: try push(.bytes(try slice(try cursor.word())))
    case Opcode.shortBinString, Opcode.shortBinBytes: try push(.bytes(try slice(Int(try cursor.byte()))))
    case Opcode.binBytes8, Opcode.byteArray8: try push(.bytes(try slice(try cursor.long())))

    case Opcode.mark:
      // Marks count against the stack, or a file of nothing but marks could pile them up.
      guard marks.count < 10_000 else { throw misuse("nests too deeply") }
      marks.append(stack.count)
    case Opcode.pop:
      if marks.last == stack.count { marks.removeLast() } else { _ = try pop() }
    case Opcode.popMark: stack.removeSubrange(try popMark()...)
    case Opcode.dup: try push(try top())

    case Opcode.emptyTuple: try push(.tuple(PickleSlice(start: 0, count: 0)))
    case Opcode.tuple: try makeTuple(from: try popMark())
    case Opcode.tuple1: try makeTuple(from: stack.count - 1)
    case Opcode.tuple2: try makeTuple(from: stack.count - 2)
    case Opcode.tuple3: try makeTuple(from: stack.count - 3)
    case Opcode.emptyList, Opcode.emptySet: try push(try makeList())
    case Opcode.list, Opcode.frozenSet:
      let start = try popMark()
      let items = Array(stack[start...])
      stack.removeSubrange(start...)
      try push(try makeList(items))
    case Opcode.append: try extendList(from: stack.count - 1)
    case Opcode.appends, Opcode.addItems: try extendList(from: try popMark())
    case Opcode.emptyDict: try push(try makeDictionary())
    case Opcode.dict:
      let start = try popMark()
      let entries = Array(stack[start...])
      guard entries.count.isMultiple(of: 2) else { throw Self.underflow(at: position) }
      stack.removeSubrange(start...)
      try push(try makeDictionary(entries))
    case Opcode.setItem: try extendDictionary(from: stack.count - 2)
    case Opcode.setItems: try extendDictionary(from: try popMark())

    case Opcode.global:
      let module = String(decoding: cursor.bytes[try cursor.line()], as: UTF8.self)
      try pushGlobal(module: module, name: String(decoding: cursor.bytes[try cursor.line()], as: UTF8.self))
    case Opcode.stackGlobal:
      guard case (.text(let name), .text(let module)) = (try pop(), try pop()) else {
        throw misuse("names a class by something that is not text")
      }
      try pushGlobal(module: heap.text(module), name: heap.text(name))
    case Opcode.reduce:
      let arguments = try pop()
      try push(try call(try pop(), arguments))
    case Opcode.newObj:
      let arguments = try pop()
      try push(try instance(of: try pop(), arguments))
    case Opcode.newObjEx:
      _ = try pop()
      let arguments = try pop()
      try push(try instance(of: try pop(), arguments))
    case Opcode.build:
      let state = try pop()
      try build(try top(), from: state)
    case Opcode.binPersId: try push(try storage(try pop()))

    case Opcode.proto:
      let version = try cursor.byte()
      guard (2...5).contains(version) else {
        throw ModelError(.unsupported, "is a pickle of protocol \(version); protocols 2 to 5 are read")
      }
    case Opcode.frame: _ = try cursor.unsigned(8)
    default:
      throw ModelError(
        .refused,
        "refused: its description uses instruction \(opcode) (byte \(position)), which no checkpoint of weights needs; "
          + "nothing was run")
    }
  }

  private mutating func slice(_ count: Int) throws(ModelError) -> PickleSlice {
    let range = try cursor.skip(count)
    return PickleSlice(start: UInt32(range.lowerBound), count: UInt32(range.count))
  }

  /// A number of `byteCount` bytes in two's complement. None this large matters here, so wider ones are kept opaque.
  private mutating func pushLong(byteCount: Int) throws(ModelError) {
    let range = try cursor.skip(byteCount)
    guard range.count <= 8 else { return try push(.opaque) }
    var value: Int64 = 0
    for (place, byte) in cursor.bytes[range].enumerated() { value |= Int64(byte) << Int64(8 * place) }
    if let last = cursor.bytes[range].last, last >= 0x80, range.count < 8 { value -= 1 << Int64(8 * range.count) }
    try push(.integer(value))
  }

  private mutating func pushGlobal(module: String, name: String) throws(ModelError) {
    let global = try PickleGlobal(module: module, name: name)
    try spend(8)
    heap.globals.append(global)
    try push(.global(Int32(heap.globals.count - 1)))
  }
}
