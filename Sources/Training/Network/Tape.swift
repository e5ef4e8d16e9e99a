import Inference
import OneDNN

/// The steps of a network in execution order, over tensors whose memory is planned later.
///
/// Planning after recording lets activations, gradients and scratch memory share one arena.
struct Tape {
  typealias SymbolID = Int

  struct Symbol {
    var layout: TensorLayout
    /// Memory that exists already: parameters, gradients, the input, head maps.
    var fixed: TensorMemory?
    /// The symbol whose memory this one is a view of.
    var viewed: SymbolID?
  }

  struct Step {
    @safe enum Work {
      /// A primitive of oneDNN; arguments name the role of each operand.
      case primitive(Primitive, roles: [Primitive.Argument])
      /// A function of this package on the operands' first floats, in order.
      case function(String, ([UnsafeMutablePointer<Float>]) -> Void)
    }
    var work: Work
    var operands: [SymbolID]
    var name: String
  }

  let engine: Engine
  private(set) var symbols: [Symbol] = []
  private(set) var steps: [Step] = []

  init(engine: Engine) { self.engine = engine }

  /// A tensor whose memory is planned by `bind`.
  mutating func symbol(_ layout: TensorLayout) -> SymbolID {
    symbols.append(Symbol(layout: layout))
    return symbols.count - 1
  }

  /// A tensor with memory of its own.
  mutating func symbol(fixed memory: TensorMemory) -> SymbolID {
    symbols.append(Symbol(layout: memory.layout, fixed: memory))
    return symbols.count - 1
  }

  /// A view of part of another tensor.
  mutating func view(_ symbol: SymbolID, _ layout: TensorLayout) -> SymbolID {
    symbols.append(Symbol(layout: layout, viewed: symbol))
    return symbols.count - 1
  }

  func layout(_ symbol: SymbolID) -> TensorLayout { symbols[symbol].layout }

  /// Adds a primitive; its scratch memory is added automatically.
  mutating func run(
    _ primitive: Primitive, _ operands: [(role: Primitive.Argument, symbol: SymbolID)], name: String
  ) throws(OneDNNError) {
    var operands = operands
    if primitive.scratchByteCount > 0 {
      operands.append((.scratchpad, symbol(try primitive.layout(.scratchpad))))
    }
    steps.append(
      Step(
        work: .primitive(primitive, roles: operands.map(\.role)), operands: operands.map(\.symbol), name: name))
  }

  /// Adds a function of this package on whole f32 tensors.
  mutating func run(
    _ label: String, on operands: [SymbolID], name: String, _ body: @escaping ([UnsafeMutablePointer<Float>]) -> Void
  ) {
    unsafe steps.append(Step(work: .function(label, body), operands: operands, name: name))
  }

  /// Copies `source` to `destination`, converting the memory format where it differs.
  mutating func copy(_ source: SymbolID, to destination: SymbolID, name: String) throws(OneDNNError) {
    let primitive = try Primitive.reorder(layout(source), to: layout(destination), on: engine)
    try run(primitive, [(.source, source), (.destination, destination)], name: name)
  }

  private func root(_ symbol: SymbolID) -> SymbolID {
    var symbol = symbol
    while let viewed = symbols[symbol].viewed { symbol = viewed }
    return symbol
  }

  /// Assigns memory to every tensor and binds the steps.
  ///
  /// A planned tensor lives from the first step that uses it to the last. Tapes that never run at the same time can
  /// share memory: `shared` is used if it is large enough.
  func bind(in shared: Arena? = nil) throws(OneDNNError) -> (calls: [TapeCall], arena: Arena) {
    var itemOf = [Int?](repeating: nil, count: symbols.count)
    var items: [MemoryPlan.Item] = []
    for (index, step) in steps.enumerated() {
      for operand in step.operands {
        let symbol = root(operand)
        guard symbols[symbol].fixed == nil else { continue }
        if let item = itemOf[symbol] {
          items[item].lifetime = items[item].lifetime.lowerBound...index
        } else {
          itemOf[symbol] = items.count
          items.append(.init(byteCount: symbols[symbol].layout.byteCount, lifetime: index...index))
        }
      }
    }
    let plan = MemoryPlan(items)
    let arena = shared.flatMap { $0.byteCount >= plan.byteCount ? $0 : nil } ?? Arena(byteCount: plan.byteCount)
    var memories = [TensorMemory?](repeating: nil, count: symbols.count)
    func memory(_ symbol: SymbolID) throws(OneDNNError) -> TensorMemory {
      if let known = memories[symbol] ?? symbols[symbol].fixed { return known }
      let created: TensorMemory
      if let viewed = symbols[symbol].viewed {
        created = try memory(viewed).view(symbols[symbol].layout)
      } else {
        created = try TensorMemory(
          symbols[symbol].layout, in: arena, at: itemOf[symbol].map { plan.offsets[$0] } ?? 0, on: engine)
      }
      memories[symbol] = created
      return created
    }
    var calls: [TapeCall] = []
    for step in steps {
      var operands: [TensorMemory] = []
      for operand in step.operands { operands.append(try memory(operand)) }
      switch step.work {
      case .primitive(let primitive, let roles):
        calls.append(.primitive(PrimitiveCall(primitive, Array(zip(roles, operands)))))
      case .function(let label, let body):
        let pointers = unsafe operands.map { unsafe $0.base.assumingMemoryBound(to: Float.self) }
        unsafe calls.append(
          .function(
            label,
            {
              _ = operands; unsafe body(pointers)
            }))
      }
    }
    return (calls, arena)
  }
}

/// A step bound to its memory, ready to run repeatedly.
enum TapeCall {
  case primitive(PrimitiveCall)
  case function(String, () -> Void)

  func run(on stream: ExecutionStream) throws(OneDNNError) {
    switch self {
    case .primitive(let call): try call.run(on: stream)
    case .function(_, let body): body()
    }
  }

  /// Name of the implementation.
  var implementation: String {
    switch self {
    case .primitive(let call): call.primitive.implementation
    case .function(let label, _): label
    }
  }
}
