import GELAN
import OneDNN

/// The raw maps of a head, and their gradient.
extension NetworkRecorder {
  /// Where the head maps are: per level the box and class channels of one tensor in plain order.
  struct HeadTensor {
    var memory: TensorMemory
    var stride: Int
    var height: Int
    var width: Int
  }

  mutating func headTensors(_ head: Graph.Head) throws(OneDNNError) -> [HeadTensor] {
    var tensors: [HeadTensor] = []
    for level in head.levels {
      let size = sizes[level.boxes]
      let layout = try TensorLayout([batch, 4 * head.bins + head.classCount, size.height, size.width])
      tensors.append(
        HeadTensor(
          memory: try TensorMemory(layout, on: engine), stride: level.stride, height: size.height, width: size.width))
    }
    return tensors
  }

  /// Copies the raw maps of `head` to plain order.
  mutating func recordHead(_ head: Graph.Head, into tensors: [HeadTensor]) throws(OneDNNError) {
    let boxes = 4 * head.bins
    for (level, tensor) in zip(head.levels, tensors) {
      let whole = tape.symbol(fixed: tensor.memory)
      let layout = tensor.memory.layout
      try tape.copy(
        values[level.boxes], to: tape.view(whole, try layout.channels(0..<boxes)), name: "head \(level.stride)")
      try tape.copy(
        values[level.classes], to: tape.view(whole, try layout.channels(boxes..<boxes + head.classCount)),
        name: "head \(level.stride)")
    }
  }

  /// Converts the gradient of the raw maps of `head` to the memory format of the network.
  mutating func recordHeadGradient(_ head: Graph.Head, from tensors: [HeadTensor]) throws(OneDNNError) {
    let boxes = 4 * head.bins
    for (level, tensor) in zip(head.levels, tensors) {
      let whole = tape.symbol(fixed: tensor.memory)
      let layout = tensor.memory.layout
      for (node, range) in [(level.boxes, 0..<boxes), (level.classes, boxes..<boxes + head.classCount)] {
        let gradient = tape.symbol(tape.layout(values[node]))
        try tape.copy(tape.view(whole, try layout.channels(range)), to: gradient, name: "head \(level.stride)")
        contributions[node].append(Contribution(symbol: gradient, channels: 0..<range.count))
      }
    }
  }
}
