import Kernels

/// Memory layout of one image's feature map: strides, in floats, between columns, rows and blocks of eight channels.
struct MapPlacement: Sendable {
  /// Rows.
  var height: Int
  /// Columns.
  var width: Int
  /// Whether each channel is a plane; `block` is then the stride between channels.
  var isPlanar = false
  /// The layout as the kernels define it.
  let layout: map_layout

  /// A map in memory with `channels` channels.
  init(_ order: CompilationOptions.ChannelOrder, channels: Int, height: Int, width: Int) {
    (self.height, self.width) = (height, width)
    layout =
      switch order {
      case .blocked8: map_layout(pixel: 8, row: 8 * width, block: 8 * width * height)
      case .channelsLast: map_layout(pixel: channels, row: channels * width, block: 8)
      }
  }

  /// A planar image.
  init(planesOf height: Int, by width: Int) {
    (self.height, self.width) = (height, width)
    isPlanar = true
    layout = map_layout(pixel: 1, row: width, block: width * height)
  }
}
