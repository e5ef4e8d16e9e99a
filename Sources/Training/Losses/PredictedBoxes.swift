/// The boxes that a head predicts for one image, in pixels, one per anchor.
struct PredictedBoxes {
  private let maps: HeadMaps
  private let image: Int
  private var boxes: [MeasuredBox]

  init(maps: HeadMaps, image: Int) {
    self.maps = maps
    self.image = image
    boxes = []
    boxes.reserveCapacity(maps.anchorCount)
    for level in maps.levels {
      let first = image * maps.channelCount * level.cellCount
      let cells = level.cellCount
      unsafe level.values.withUnsafeBufferPointer { values in
        var cell = 0
        while cell < cells {
          // Eight neighbours at a time; the last group overlaps the one before.
          let start = min(cell, max(cells - 8, 0))
          let lanes = min(8, cells)
          var distances: InlineArray<4, SIMD8<Float>> = .init(repeating: .zero)
          for side in 0..<4 {
            unsafe distances[side] = Self.distance(
              values, at: first + side * HeadMaps.binCount * cells + start, step: cells, lanes: lanes)
          }
          for lane in (cell - start)..<lanes {
            let x = Double((start + lane) % level.width) + 0.5, y = Double((start + lane) / level.width) + 0.5
            let box = SIMD4<Double>(
              x - Double(distances[0][lane]), y - Double(distances[1][lane]), x + Double(distances[2][lane]),
              y + Double(distances[3][lane]))
            boxes.append(MeasuredBox(box * Double(level.stride)))
          }
          cell = start + lanes
        }
      }
    }
  }

  /// Expected distances of a SIMD group of neighbouring cells; the bins of one cell are `step` elements apart.
  @inline(__always)
  private static func distance(
    _ values: UnsafeBufferPointer<Float>, at start: Int, step: Int, lanes: Int
  ) -> SIMD8<Float> {
    var logits: InlineArray<16, SIMD8<Float>> = .init(repeating: .zero)
    var highest = SIMD8<Float>(repeating: -.infinity)
    for bin in 0..<HeadMaps.binCount {
      var row = SIMD8<Float>.zero
      if lanes == 8 {
        let source = unsafe UnsafeRawPointer(values.baseAddress! + start + bin * step)
        row = unsafe source.loadUnaligned(as: SIMD8<Float>.self)
      } else {
        for lane in 0..<lanes { unsafe row[lane] = values[start + bin * step + lane] }
      }
      logits[bin] = row
      highest.replace(with: row, where: row .> highest)
    }
    var sum = SIMD8<Float>.zero, weighted = SIMD8<Float>.zero
    for bin in 0..<HeadMaps.binCount {
      let power = VectorMath.exp(logits[bin] - highest)
      sum += power
      weighted += power * Float(bin)
    }
    return weighted / sum
  }

  /// The box of `anchor`.
  subscript(anchor: Int) -> MeasuredBox { boxes[anchor] }

  /// Probability of class `classID`, 0...1.
  func probability(_ anchor: Int, classID: Int) -> Double {
    let place = maps.place(image: image, anchor: anchor)
    let logit = maps.levels[place.level].values[
      place.offset + (HeadMaps.boxChannelCount + classID) * place.channelStep]
    return logistic(Double(logit))
  }
}

extension HeadMaps {
  /// The four side distributions of the anchor at `place`: left, top, right, bottom.
  func sides(at place: Place) -> InlineArray<4, SideDistribution> {
    unsafe levels[place.level].values.withUnsafeBufferPointer { values in
      InlineArray { side in
        var logits = SIMD16<Float>.zero
        for bin in 0..<Self.binCount {
          unsafe logits[bin] = values[place.offset + (side * Self.binCount + bin) * place.channelStep]
        }
        return SideDistribution(logits: logits)
      }
    }
  }
}
