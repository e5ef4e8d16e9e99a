/// One step of a run: a name, its input and output channels, and its work.
///
/// The body runs on its own thread and may block in C. Resources of the stage (a decoder, a network) are created in
/// the body, so they live on that thread. When the body returns, its outputs are finished, so that the next stage
/// processes what is queued and ends, and its inputs are cancelled, so that the previous stage stops.
package struct Stage: Sendable {
  /// Shown in metrics and errors; its first 15 bytes are the name of the thread.
  package let name: String
  let inputs: [any ChannelEnds]
  let outputs: [any ChannelEnds]
  let interrupt: (@Sendable () -> Void)?
  let body: @Sendable (StageScope) throws -> Void

  /// A stage; a stage without inputs is a source.
  ///
  /// - Parameters:
  ///   - inputs: all channels the body receives from.
  ///   - outputs: all channels the body sends to.
  ///   - interrupt: sets a flag that makes a blocking call of the body return. Called on other threads, possibly more
  ///     than once: for a source when the run is stopped or cancelled, for other stages when it is cancelled.
  ///   - body: the work, until there are no more values or the output is closed; its error becomes the error of the
  ///     run.
  package init(
    _ name: String, from inputs: [any ChannelEnds] = [], into outputs: [any ChannelEnds] = [],
    interrupt: (@Sendable () -> Void)? = nil, body: @escaping @Sendable (StageScope) throws -> Void
  ) {
    self.name = name
    self.inputs = inputs
    self.outputs = outputs
    self.interrupt = interrupt
    self.body = body
  }

  /// Stages that process the values of `input` in parallel, one lane each, and send their results to `output` in
  /// order.
  ///
  /// Both channels have one lane per worker. The body must send exactly one value for each it receives.
  package static func workers<Input: ~Copyable, Output: ~Copyable>(
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
