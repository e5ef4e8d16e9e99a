import GELAN
import Testing

@testable import Checkpoints

/// A pickle that wants to do something is refused; one that is broken or endless costs neither time nor memory. The
/// package has no code that starts a process or evaluates anything, so refusing is all there is to test.
@Suite struct HostilePickleTests {
  private func read(_ build: (inout PickleBytes) -> Void) -> ModelError? {
    var pickle = PickleBytes()
    build(&pickle)
    return failure { () throws(ModelError) in _ = try PickleReader.read(pickle.finished()) }
  }

  @Test(
    arguments: [
      ("os", "system"), ("posix", "system"), ("subprocess", "Popen"), ("builtins", "eval"), ("builtins", "exec"),
      ("builtins", "getattr"), ("__builtin__", "apply"), ("torch", "load"), ("torch.storage", "_load_from_bytes"),
      ("torch.serialization", "load"), ("operator", "attrgetter"), ("importlib", "import_module"),
    ] as [(String, String)])
  func `a call outside the list is refused by name`(module: String, name: String) throws {
    let error = try #require(
      read { pickle in
        pickle.global(module, name)
        pickle.text("echo owned")
        pickle.op(Opcode.tuple1)
        pickle.op(Opcode.reduce)
      })
    #expect(error.code == .refused)
    #expect(error.message.contains("'\(module).\(name)'"))
  }

  @Test func `protocol 4 hides no name`() throws {
    let error = try #require(
      read { pickle in
        pickle.op(Opcode.shortBinUnicode, [2] + Array("os".utf8))
        pickle.op(Opcode.memoize)
        pickle.op(Opcode.shortBinUnicode, [6] + Array("system".utf8))
        pickle.op(Opcode.stackGlobal)
      })
    #expect(error.message.contains("'os.system'"))
  }

  @Test(arguments: [UInt8(ascii: "i"), UInt8(ascii: "o"), UInt8(ascii: "P"), 0x82, 0x83, 0x84, 0x97, 0x00, 0xFF])
  func `instructions outside the list are refused`(opcode: UInt8) throws {
    let error = try #require(read { $0.op(opcode, Array("os\nsystem\n".utf8)) })
    #expect(error.code == .refused)
  }

  @Test(arguments: [
    Opcode.pop, Opcode.popMark, Opcode.dup, Opcode.append, Opcode.appends, Opcode.setItem, Opcode.setItems,
    Opcode.tuple, Opcode.tuple1, Opcode.tuple2, Opcode.tuple3, Opcode.reduce, Opcode.newObj, Opcode.newObjEx,
    Opcode.build, Opcode.binPersId, Opcode.stackGlobal, Opcode.memoize, Opcode.list, Opcode.dict, Opcode.addItems,
    Opcode.frozenSet, Opcode.stop,
  ])
  func `an empty stack underflows with a sentence`(opcode: UInt8) { #expect(read { $0.op(opcode) } != nil) }

  @Test func `building on what has no state is an error`() {
    #expect(
      read { pickle in
        pickle.integer(1)
        pickle.op(Opcode.emptyDict)
        pickle.op(Opcode.build)
      } != nil)
  }

  @Test func `a list that doubles itself thirty times stays small`() {
    // Each step makes a tuple of the one before twice over: 2^30 values if anyone unfolded it.
    let error = read { pickle in
      pickle.op(Opcode.emptyTuple)
      for _ in 0..<30 {
        pickle.op(Opcode.dup)
        pickle.op(Opcode.tuple2)
      }
    }
    #expect(error == nil)
  }

  @Test func `a list that copies itself is stopped by the budget`() {
    let error = read { pickle in
      pickle.op(Opcode.mark)
      for _ in 0..<4000 { pickle.op(Opcode.none) }
      pickle.op(Opcode.list)
      pickle.op(Opcode.binPut, [0])
      for _ in 0..<4000 {
        pickle.global("builtins", "list")
        pickle.op(Opcode.binGet, [0])
        pickle.op(Opcode.tuple1)
        pickle.op(Opcode.reduce)
        pickle.op(Opcode.pop)
      }
    }
    #expect(error?.code == .refused)
  }

  @Test func `a million values on the stack are refused`() {
    #expect(read { $0.bytes += [UInt8](repeating: Opcode.none, count: 1_000_000) }?.code == .refused)
  }

  @Test func `a million marks are refused`() {
    #expect(read { $0.bytes += [UInt8](repeating: Opcode.mark, count: 1_000_000) } != nil)
  }

  @Test func `a memo index of four billion takes no memory`() {
    #expect(
      read { pickle in
        pickle.op(Opcode.none)
        pickle.op(Opcode.longBinPut, [0xFF, 0xFF, 0xFF, 0xFF])
      } == nil)
  }

  @Test func `a text longer than the file is an error`() {
    #expect(read { $0.op(Opcode.binUnicode8, [UInt8](repeating: 0x7F, count: 8)) } != nil)
    #expect(read { $0.op(Opcode.binUnicode8, [UInt8](repeating: 0xFF, count: 8)) } != nil)
  }

  @Test func `a module that contains itself ends the walk`() {
    var pickle = PickleBytes()
    pickle.global("models.yolo", "DetectionModel")
    pickle.op(Opcode.emptyTuple)
    pickle.op(Opcode.newObj)
    pickle.op(Opcode.binPut, [0])
    pickle.op(Opcode.emptyDict)
    pickle.op(Opcode.mark)
    pickle.text("_modules")
    pickle.op(Opcode.emptyDict)
    pickle.op(Opcode.mark)
    for name in ["a", "b", "c"] {
      pickle.text(name)
      pickle.op(Opcode.binGet, [0])
    }
    pickle.op(Opcode.setItems)
    pickle.op(Opcode.setItems)
    pickle.op(Opcode.build)
    let error = failure { () throws(ModelError) in try open(ZipBytes.checkpoint(pickle: pickle.finished())) }
    #expect(error?.code == .refused)
  }

  @Test func `a pickle cut at any byte is an error`() throws {
    var pickle = PickleBytes()
    pickle.op(Opcode.mark)
    pickle.text("weight")
    pickle.tensor(key: "0", shape: [2, 3], storageCount: 6)
    pickle.op(Opcode.dict)
    let bytes = pickle.finished()
    _ = try PickleReader.read(bytes)
    for count in bytes.indices {
      #expect(
        failure { () throws(ModelError) in _ = try PickleReader.read(Array(bytes[..<count])) } != nil, "\(count) bytes")
    }
  }
}
