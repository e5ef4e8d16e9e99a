import Kernels

/// How a map of one picture lies in memory: floats from one column, one row and eight channels to the next.
struct MapPlacement: Sendable {
  /// Rows.
  var height: Int
  /// Columns.
  var width: Int
  /// Whether each channel is a plane of its own; `block` is then from one channel to the next.
  var isPlanar = false
  /// The same for the kernels.
  let layout: map_layout

  /// A map whose storage has `channels`.
  init(_ order: CompilationOptions.ChannelOrder, channels: Int, height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    layout =
      switch order {
      case .blocked8: map_layout(pixel: 8, row: 8 * width, block: 8 * width * height)
      case .channelsLast: map_layout(pixel: channels, row: channels * width, block: 8)
      }
  }

  /// A picture in planes.
  init(planesOf height: Int, by width: Int) {
    (self.height, self.width) = (height, width)
    isPlanar = true
    layout = map_layout(pixel: 1, row: width, block: width * height)
  }
}
