/// One step of a run: a name, the channels it takes from and gives to, and what it does.
///
/// The body runs on a thread of its own and may block in C. What the step needs (a decoder, a network) is made inside
/// the body, lives on that thread and ends with it. When the body returns, its outputs are finished, so that the next
/// stage works off what waits, and its inputs are cancelled, so that the stage before stops.
public struct Stage: Sendable {
  /// Shown in metrics and errors; the first 15 bytes also name the thread.
  public let name: String
  let inputs: [any ChannelEnds]
  let outputs: [any ChannelEnds]
  let interrupt: (@Sendable () -> Void)?
  let body: @Sendable (StageScope) throws -> Void

  /// A stage; one without inputs is a source.
  ///
  /// - Parameters:
  ///   - inputs: every channel the body receives from.
  ///   - outputs: every channel the body sends to.
  ///   - interrupt: raises a flag that makes a blocking call of the body return. Called from other threads, perhaps
  ///     more than once: for a source when the run stops or is cancelled, for other stages when it is cancelled.
  ///   - body: the work, until there is no more or nobody wants it; its error becomes the error of the run.
  public init(
    _ name: String, from inputs: [any ChannelEnds] = [], into outputs: [any ChannelEnds] = [],
    interrupt: (@Sendable () -> Void)? = nil, body: @escaping @Sendable (StageScope) throws -> Void
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.interrupt = interrupt
    self.body = body
  }

  /// Stages that share the values of `input`, one lane each, and give their results to `output` in the same order.
  ///
  /// Both channels have as many lanes as there are workers. The body gets its own lane of each and must send exactly
  /// one value for each it receives.
  public static func workers<Input: ~Copyable, Output: ~Copyable>(
    _ name: String, from input: Channel<Input>, into output: Channel<Output>,
    body: @escaping @Sendable (StageScope, Channel<Input>, Channel<Output>) throws -> Void
  ) -> [Stage] {
    precondition(input.laneCount == output.laneCount, "as many lanes out as in")
    return (0..<input.laneCount).map { index in
      let inLane = input.lane(index)
      let outLane = output.lane(index)
      return Stage(input.laneCount == 1 ? name : "\(name) \(index + 1)", from: [inLane], into: [outLane]) { scope in
        try body(scope, inLane, outLane)
      }
    }
  }

  var isSource: Bool { inputs.isEmpty }
}
