import GELAN

/// A map of plain numbers, channels × height × width, on which every operator of a network is written the way it is
/// defined.
///
/// These are the readable twins of what oneDNN runs: tests hold each primitive to its twin, and a compiled network to
/// `ReferenceNetwork`. They are slow on purpose; nothing in a stream calls them.
struct ReferenceMap: Equatable {
  let channels, height, width: Int
  /// Row after row, channel after channel.
  var values: [Float]

  init(channels: Int, height: Int, width: Int, values: [Float]) {
    precondition(values.count == channels * height * width, "as many values as the shape asks for")
    self.channels = channels
    self.height = height
    self.width = width
    self.values = values
  }

  /// A map with `value(channel, row, column)` everywhere.
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

  /// The value at a place that may lie in the padding, where there is none.
  func value(_ channel: Int, _ y: Int, _ x: Int) -> Float? {
    (0..<height).contains(y) && (0..<width).contains(x) ? self[channel, y, x] : nil
  }
}
