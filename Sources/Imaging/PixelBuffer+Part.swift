extension PixelBuffer {
  /// A part of the image in the same memory, which it keeps alive. Read-only while the image may be drawn on.
  ///
  /// Fails with `badSize` unless it is inside the image and starts at even coordinates, where chroma samples start.
  package borrowing func part(x: Int, y: Int, width: Int, height: Int) throws(ImagingError) -> PixelBuffer {
    guard x >= 0, y >= 0, x % 2 == 0, y % 2 == 0, width > 0, height > 0, x <= layout.width - width,
      y <= layout.height - height
    else {
      throw ImagingError(
        .badSize, "a part of \(width)x\(height) at \(x),\(y) was asked for of an image of \(layout.summary)")
    }
    let format = layout.format
    let part = PixelLayout(width: width, height: height, format: format, colour: layout.colour)
    let before = PixelLayout(width: x, height: y, format: format)
    return withView { view in
      let planes = (0..<format.planeCount).map { index in
        let plane = view.planes[index], size = before.planeSize(index)
        return unsafe ImageView.Plane(base: plane.base + size.rows * plane.stride + size.rowBytes, stride: plane.stride)
      }
      return unsafe PixelBuffer(layout: part, planes: planes, keeper: keeper)
    }
  }
}
