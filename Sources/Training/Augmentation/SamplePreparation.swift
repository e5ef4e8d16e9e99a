import Imaging

/// Makes one training sample. The result depends only on seed, epoch and position in the epoch, not on the thread.
struct SamplePreparation: Sendable {
  let samples: [Dataset.Sample]
  let side: Int
  let augmentation: Augmentation
  let seed: UInt64
  /// The decoded image of a sample, its longer side `side` pixels long; `nil` if it cannot be read.
  let image: @Sendable (Int) -> RGBImage?

  func prepare(_ sample: Int, epoch: Int, place: Int) -> PreparedSample {
    var random = SampleRandom(seed: seed, epoch: epoch, index: place)
    var prepared: PreparedSample
    if random.uniform(0, 1) < augmentation.mosaic {
      prepared = mosaic(sample, &random)
      if random.uniform(0, 1) < augmentation.mixup {
        prepared.mix(mosaic(random.index(below: samples.count), &random), share: betaShare(&random))
      }
    } else {
      prepared = single(sample, &random)
    }
    prepared.image.shiftColours(
      hue: 1 + random.uniform(-1, 1) * augmentation.hue,
      saturation: 1 + random.uniform(-1, 1) * augmentation.saturation,
      value: 1 + random.uniform(-1, 1) * augmentation.value)
    if random.uniform(0, 1) < augmentation.mirror { prepared.mirror() }
    return prepared
  }

  /// A draw from Beta(32, 32): the 32nd smallest of 63 uniform numbers.
  private func betaShare(_ random: inout SampleRandom) -> Float {
    (0..<63).map { _ in random.uniform(0, 1) }.sorted()[31]
  }

  private func objects(
    of sample: Int, on image: RGBImage, at offset: SIMD2<Float>
  ) -> [(classID: Int, box: SIMD4<Float>)] {
    let size = SIMD2(Float(image.width), Float(image.height))
    return samples[sample].objects.map { object in
      (
        object.classID,
        SIMD4(lowHalf: object.box.lowHalf * size + offset, highHalf: object.box.highHalf * size + offset)
      )
    }
  }

  private func single(_ sample: Int, _ random: inout SampleRandom) -> PreparedSample {
    // An image that cannot be read is replaced by the next readable one.
    let order = (sample..<samples.count).lazy.map { $0 } + (0..<sample).lazy.map { $0 }
    guard let shown = order.first(where: { image($0) != nil }), let image = image(shown) else {
      return PreparedSample(image: RGBImage.blank(side: side), objects: [])
    }
    var canvas = RGBImage.blank(side: side)
    let x = (side - image.width) / 2, y = (side - image.height) / 2
    canvas.paste(image, sourceX: 0, sourceY: 0, x: x, y: y, width: image.width, height: image.height)
    let placed = objects(of: shown, on: image, at: SIMD2(Float(x), Float(y)))
    return transformed(canvas, placed, &random)
  }

  /// Four images around a random point of a canvas of twice the side.
  private func mosaic(_ sample: Int, _ random: inout SampleRandom) -> PreparedSample {
    let large = 2 * side
    let centreX = side / 2 + random.index(below: side + 1), centreY = side / 2 + random.index(below: side + 1)
    var chosen = [sample] + (0..<3).map { _ in random.index(below: samples.count) }
    chosen.shuffle(using: &random)
    var canvas = RGBImage.blank(side: large)
    var placed: [(classID: Int, box: SIMD4<Float>)] = []
    var outlines: [CopyPaste.Outline] = []
    for (quadrant, index) in chosen.enumerated() {
      guard let tile = image(index) else { continue }
      let isRight = quadrant % 2 == 1, isLower = quadrant >= 2
      let x = isRight ? centreX : centreX - tile.width
      let y = isLower ? centreY : centreY - tile.height
      let left = max(x, 0), top = max(y, 0)
      let right = min(x + tile.width, large), bottom = min(y + tile.height, large)
      canvas.paste(
        tile, sourceX: left - x, sourceY: top - y, x: left, y: top, width: right - left, height: bottom - top)
      let limit = SIMD4<Float>(repeating: Float(large))
      let size = SIMD2(Float(tile.width), Float(tile.height)), offset = SIMD2(Float(x), Float(y))
      for object in objects(of: index, on: tile, at: offset) {
        placed.append((object.classID, object.box.clamped(lowerBound: .zero, upperBound: limit)))
      }
      outlines += samples[index].objects.map { $0.outline.map { $0.map { $0 * size + offset } } }
    }
    CopyPaste(share: augmentation.copyPaste).apply(to: &canvas, &placed, outlines: outlines, &random)
    return transformed(canvas, placed, &random)
  }

  /// Scales and shifts `canvas` at random about its centre and crops it to the network's input. Boxes that nearly
  /// vanish are removed.
  private func transformed(
    _ canvas: RGBImage, _ objects: [(classID: Int, box: SIMD4<Float>)], _ random: inout SampleRandom
  ) -> PreparedSample {
    let scale = random.uniform(1 - augmentation.scale, 1 + augmentation.scale)
    let shift =
      SIMD2(
        random.uniform(0.5 - augmentation.translate, 0.5 + augmentation.translate),
        random.uniform(0.5 - augmentation.translate, 0.5 + augmentation.translate)) * Float(side)
    let middle = SIMD2(Float(canvas.width), Float(canvas.height)) / 2
    var map = AffineMap(scaleX: 1 / scale, scaleY: 1 / scale)
    map.shiftX = middle.x - shift.x / scale
    map.shiftY = middle.y - shift.y / scale
    let isIdentity = scale == 1 && canvas.width == side && shift == middle
    let warped = isIdentity ? canvas : canvas.warped(width: side, height: side, map: map)
    let limit = SIMD4<Float>(repeating: Float(side))
    let both = SIMD4(lowHalf: middle, highHalf: middle), moved = SIMD4(lowHalf: shift, highHalf: shift)
    var kept: [(classID: Int, box: SIMD4<Float>)] = []
    for object in objects {
      let full = (object.box - both) * scale + moved
      let cut = full.clamped(lowerBound: .zero, upperBound: limit)
      let size = cut.highHalf - cut.lowHalf, fullSize = full.highHalf - full.lowHalf
      guard size.min() > 2, size.max() / (size.min() + 1e-16) < 100,
        size.x * size.y / (fullSize.x * fullSize.y + 1e-16) > 0.1
      else { continue }
      kept.append((object.classID, cut))
    }
    return PreparedSample(image: warped, objects: kept)
  }
}

extension PreparedSample {
  mutating func mix(_ other: PreparedSample, share: Float) {
    let mine = Int32(share * 256)
    unsafe image.bytes.withUnsafeMutableBufferPointer { pixels in
      unsafe other.image.bytes.withUnsafeBufferPointer { others in
        for index in 0..<pixels.count {
          unsafe pixels[index] = UInt8(
            truncatingIfNeeded: (Int32(pixels[index]) * mine + Int32(others[index]) * (256 - mine)) >> 8)
        }
      }
    }
    objects += other.objects
  }

  mutating func mirror() {
    image = image.mirrored()
    let width = Float(image.width)
    objects = objects.map { ($0.classID, SIMD4(width - $0.box[2], $0.box[1], width - $0.box[0], $0.box[3])) }
  }
}

extension RGBImage {
  mutating func paste(
    _ other: RGBImage, sourceX: Int, sourceY: Int, x: Int, y: Int, width copied: Int, height rows: Int
  ) {
    guard copied > 0, rows > 0 else { return }
    for row in 0..<rows {
      let from = ((sourceY + row) * other.width + sourceX) * 3
      let to = ((y + row) * width + x) * 3
      bytes.replaceSubrange(to..<to + copied * 3, with: other.bytes[from..<from + copied * 3])
    }
  }
}
