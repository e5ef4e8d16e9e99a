/// Makes one training picture out of a data set: the same for the same seed, epoch and place, whoever asks.
struct SamplePreparation: Sendable {
  let samples: [Dataset.Sample]
  let side: Int
  let augmentation: Augmentation
  let seed: UInt64
  /// The decoded picture of a sample, its longer side `side`; `nil` if it cannot be read.
  let picture: @Sendable (Int) -> Picture?

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
    prepared.picture.shiftColours(
      hue: 1 + random.uniform(-1, 1) * augmentation.hue,
      saturation: 1 + random.uniform(-1, 1) * augmentation.saturation,
      value: 1 + random.uniform(-1, 1) * augmentation.value)
    if random.uniform(0, 1) < augmentation.mirror { prepared.mirror() }
    return prepared
  }

  /// Beta(32, 32): the 32nd smallest of 63 uniform numbers.
  private func betaShare(_ random: inout SampleRandom) -> Float {
    (0..<63).map { _ in random.uniform(0, 1) }.sorted()[31]
  }

  private func objects(
    of sample: Int, on picture: Picture, at offset: SIMD2<Float>
  ) -> [(classID: Int, box: SIMD4<Float>)] {
    let size = SIMD2(Float(picture.width), Float(picture.height))
    return samples[sample].objects.map { object in
      (
        object.classID,
        SIMD4(lowHalf: object.box.lowHalf * size + offset, highHalf: object.box.highHalf * size + offset)
      )
    }
  }

  private func single(_ sample: Int, _ random: inout SampleRandom) -> PreparedSample {
    // In place of a picture that cannot be read comes the next that can.
    let order = (sample..<samples.count).lazy.map { $0 } + (0..<sample).lazy.map { $0 }
    guard let shown = order.first(where: { picture($0) != nil }), let picture = picture(shown) else {
      return PreparedSample(picture: Picture.blank(side: side), objects: [])
    }
    var canvas = Picture.blank(side: side)
    let x = (side - picture.width) / 2, y = (side - picture.height) / 2
    canvas.paste(picture, sourceX: 0, sourceY: 0, x: x, y: y, width: picture.width, height: picture.height)
    let placed = objects(of: shown, on: picture, at: SIMD2(Float(x), Float(y)))
    return transformed(canvas, placed, &random)
  }

  /// Four pictures around a random point of a canvas twice as large.
  private func mosaic(_ sample: Int, _ random: inout SampleRandom) -> PreparedSample {
    let large = 2 * side
    let centreX = side / 2 + random.index(below: side + 1), centreY = side / 2 + random.index(below: side + 1)
    var chosen = [sample] + (0..<3).map { _ in random.index(below: samples.count) }
    chosen.shuffle(using: &random)
    var canvas = Picture.blank(side: large)
    var placed: [(classID: Int, box: SIMD4<Float>)] = []
    var outlines: [CopyPaste.Outline] = []
    for (quadrant, index) in chosen.enumerated() {
      guard let tile = picture(index) else { continue }
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

  /// Random size and shift about the middle of `canvas`, cut to the network's side; boxes that nearly vanish go.
  private func transformed(
    _ canvas: Picture, _ objects: [(classID: Int, box: SIMD4<Float>)], _ random: inout SampleRandom
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
    return PreparedSample(picture: warped, objects: kept)
  }
}

extension PreparedSample {
  mutating func mix(_ other: PreparedSample, share: Float) {
    let mine = Int32(share * 256)
    unsafe picture.pixels.withUnsafeMutableBufferPointer { pixels in
      unsafe other.picture.pixels.withUnsafeBufferPointer { others in
        for index in 0..<pixels.count {
          unsafe pixels[index] = UInt8(
            truncatingIfNeeded: (Int32(pixels[index]) * mine + Int32(others[index]) * (256 - mine)) >> 8)
        }
      }
    }
    objects += other.objects
  }

  mutating func mirror() {
    picture = picture.mirrored()
    let width = Float(picture.width)
    objects = objects.map { ($0.classID, SIMD4(width - $0.box[2], $0.box[1], width - $0.box[0], $0.box[3])) }
  }
}

extension Picture {
  static func blank(side: Int) -> Picture {
    Picture(width: side, height: side, pixels: [UInt8](repeating: border, count: side * side * 3))
  }

  mutating func paste(
    _ other: Picture, sourceX: Int, sourceY: Int, x: Int, y: Int, width copied: Int, height rows: Int
  ) {
    guard copied > 0, rows > 0 else { return }
    for row in 0..<rows {
      let from = ((sourceY + row) * other.width + sourceX) * 3
      let to = ((y + row) * width + x) * 3
      pixels.replaceSubrange(to..<to + copied * 3, with: other.pixels[from..<from + copied * 3])
    }
  }
}
