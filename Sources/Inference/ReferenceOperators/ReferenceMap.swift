import GELAN

/// A feature map, channels × height × width, with every operator of a network implemented by its definition.
///
/// These are the readable twins of the compiled kernels: tests compare each kernel with its twin, and a compiled
/// network with `ReferenceNetwork`. They are slow and not used for inference.
struct ReferenceMap: Equatable {
  let channels, height, width: Int
  /// Channel by channel, row by row.
  var values: [Float]

  init(channels: Int, height: Int, width: Int, values: [Float]) {
    precondition(values.count == channels * height * width, "as many values as the shape asks for")
    self.channels = channels
    self.height = height
    self.width = width
    self.values = values
  }

  /// A map computed by `value(channel, row, column)`.
  init(channels: Int, height: Int, width: Int, _ value: (Int, Int, Int) -> Float) {
    var values: [Float] = []
    values.reserveCapacity(channels * height * width)
    for channel in 0..<channels {
      for y in 0..<height {
        for x in 0..<width { values.append(value(channel, y, x)) }
      }
    }
    self.init(channels: channels, height: height, width: width, values: values)
  }

  subscript(channel: Int, y: Int, x: Int) -> Float { values[(channel * height + y) * width + x] }

  /// The value at a position; `nil` in the padding.
  func value(_ channel: Int, _ y: Int, _ x: Int) -> Float? {
    (0..<height).contains(y) && (0..<width).contains(x) ? self[channel, y, x] : nil
  }
}
