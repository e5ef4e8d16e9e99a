/// Places labels: inside the image, next to their box, without overlapping earlier labels.
struct LabelPlacement {
  /// A rectangle in integer pixels.
  struct Place: Hashable {
    var x, y, width, height: Int

    func overlaps(_ other: Place) -> Bool {
      x < other.x + other.width && other.x < x + width && y < other.y + other.height && other.y < y + height
    }
  }

  let width, height: Int
  private var taken: [Place] = []

  init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// The place for a label of the given size at `box`, which is clipped to the image: above the box if there is room,
  /// else below it, else stacked on other labels, else inside its top edge; aligned to its left or right edge.
  mutating func place(width labelWidth: Int, height labelHeight: Int, at box: Place) -> Place {
    func keep(_ value: Int, _ size: Int, _ limit: Int) -> Int { max(0, min(value, limit - size)) }
    let left = keep(box.x, labelWidth, width)
    let right = keep(box.x + box.width - labelWidth, labelWidth, width)
    let above = box.y - labelHeight, below = box.y + box.height, inside = keep(box.y, labelHeight, height)
    var candidates: [Place] = []
    // Next to the box, then, if other labels are there, farther and farther away.
    for row in 0..<4 {
      for y in [above - row * labelHeight, below + row * labelHeight] where y >= 0 && y + labelHeight <= height {
        for x in [left, right] { candidates.append(Place(x, y, labelWidth, labelHeight)) }
      }
    }
    for x in [left, right] { candidates.append(Place(x, inside, labelWidth, labelHeight)) }
    let free = candidates.first { candidate in !taken.contains { $0.overlaps(candidate) } }
    let place = free ?? candidates[0]
    taken.append(place)
    return place
  }
}

extension LabelPlacement.Place {
  init(_ x: Int, _ y: Int, _ width: Int, _ height: Int) {
    self.init(x: x, y: y, width: width, height: height)
  }
}
