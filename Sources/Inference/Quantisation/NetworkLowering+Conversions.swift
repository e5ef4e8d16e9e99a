import GELAN

extension NetworkLowering {
  /// Puts a conversion wherever a step computes in real numbers and its operands stand as whole ones, or its result shall.
  ///
  /// Convolutions that `quantisation` has weights for read whole numbers and write either kind. Sums that are no part of a
  /// convolution compute in real numbers. Everything else moves or compares numbers of one scale.
  mutating func convert(_ quantisation: Quantisation) {
    var realCopies: [Graph.Node.ID: Graph.Node.ID] = [:]
    var converted: [Step] = []
    func conversion(_ name: String, from input: Graph.Node.ID, to output: Graph.Node.ID) -> Step {
      Step(kind: .conversion, name: name, inputs: [input], output: output)
    }
    for var step in steps {
      let computesReal =
        switch step.kind {
        case .convolution(let convolution, _, _, _): quantisation.weights[convolution.parameters] == nil
        case .sum: true
        case .pooling, .upsample, .concatenation, .copy, .conversion: false
        }
      guard computesReal else {
        converted.append(step)
        continue
      }
      for operand in step.operands where scales[operand] != nil && realCopies[operand] == nil {
        let copy = addReal(like: operand)
        realCopies[operand] = copy
        converted.append(conversion("\(step.name) (to real numbers)", from: operand, to: copy))
      }
      step.inputs = step.inputs.map { realCopies[$0] ?? $0 }
      if case .convolution(let convolution, let rows, let addend?, let takesMeans) = step.kind {
        step.kind = .convolution(
          convolution, rows: rows, addend: realCopies[addend] ?? addend, takesMeans: takesMeans)
      }
      let output = step.output
      if scales[output] != nil { step.output = addReal(like: output) }
      converted.append(step)
      if step.output != output {
        converted.append(conversion("\(step.name) (to whole numbers)", from: step.output, to: output))
      }
    }
    steps = converted
  }

  private mutating func addReal(like id: Graph.Node.ID) -> Graph.Node.ID {
    let tensor = tensors[id]
    return addTensor(channels: tensor.channels, height: tensor.height, width: tensor.width, scale: nil)
  }
}
