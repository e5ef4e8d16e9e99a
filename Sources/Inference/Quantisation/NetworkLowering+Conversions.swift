import GELAN
import OneDNN

extension NetworkLowering {
  /// Inserts a conversion wherever an operand or result of a step is stored in another type than the step computes
  /// with.
  mutating func insertConversions() {
    struct Copy: Hashable {
      var original: Graph.Node.ID
      var element: MapElement
    }
    var copies: [Copy: Graph.Node.ID] = [:]
    var result: [Step] = []
    for var step in steps {
      /// A copy of `operand` converted to `element`.
      func converted(_ operand: Graph.Node.ID, to element: MapElement) -> Graph.Node.ID {
        guard elements[operand] != element else { return operand }
        if let copy = copies[Copy(original: operand, element: element)] { return copy }
        let copy = addTensor(tensors[operand], element, scale: nil)
        copies[Copy(original: operand, element: element)] = copy
        result.append(
          Step(kind: .conversion, name: "\(step.name) (operand)", inputs: [operand], output: copy))
        return copy
      }
      switch arithmetic.operands(of: step) {
      case .any: result.append(step)
      case .first(let element):
        if step.inputs[0] != 0 { step.inputs[0] = converted(step.inputs[0], to: element) }
        result.append(step)
      case .all(let element):
        step.inputs = step.inputs.map { converted($0, to: element) }
        if case .convolution(let convolution, let rows, let addend?, let takesMeans) = step.kind {
          step.kind = .convolution(
            convolution, rows: rows, addend: converted(addend, to: element), takesMeans: takesMeans)
        }
        let output = step.output
        if elements[output] != element { step.output = addTensor(tensors[output], element, scale: nil) }
        result.append(step)
        if step.output != output {
          result.append(
            Step(kind: .conversion, name: "\(step.name) (result)", inputs: [step.output], output: output))
        }
      }
    }
    steps = result
  }
}
