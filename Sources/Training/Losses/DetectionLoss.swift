/// The loss of YOLOv9: binary cross-entropy (class), complete IoU (box) and distribution focal loss (side
/// distributions), for the main head group alone or with the auxiliary group.
package struct DetectionLoss: Sendable {
  /// Weights of the three terms.
  package struct Gains: Sendable, Hashable {
    /// Weight of the box term.
    package var box: Float = 7.5
    /// Weight of the class term.
    package var classes: Float = 0.5
    /// Weight of the distribution focal loss.
    package var distribution: Float = 1.5

    /// The published weights: 7.5, 0.5, 1.5.
    package init() {}
  }

  /// How positives of the auxiliary group are assigned.
  package enum Guidance: String, Sendable, CaseIterable {
    /// Each group by its own predictions.
    case own
    /// Both groups by the main group's predictions (lead-head guided).
    case lead
  }

  /// The three terms, weighted by their gains and summed over the groups, not multiplied by the batch size.
  package struct Terms: Sendable, Hashable {
    /// Box term.
    package var box: Float = 0
    /// Class term.
    package var classes: Float = 0
    /// Distribution focal loss term.
    package var distribution: Float = 0

    /// Sum of the terms.
    package var sum: Float { box + classes + distribution }
  }

  /// The result of one evaluation.
  package struct Outcome: Sendable {
    /// The value that is differentiated: the sum of the terms times the batch size.
    package var total: Float
    /// The terms as they are logged.
    package var terms: Terms
    /// Derivative of `total` by every raw map value, one entry per group in the given order.
    package var gradients: [HeadMaps]
    /// Sum of the target scores of the main group, which its terms are divided by (at least 1).
    package var scoreSum: Float = 0
  }

  /// Weights of the terms.
  package var gains = Gains()
  /// Weight of every group but the last.
  package var auxiliaryWeight: Float = 0.25
  /// How positives of the auxiliary group are assigned.
  package var guidance = Guidance.own
  /// Assigns anchors to objects.
  package var assigner = TaskAlignedAssigner()

  /// The loss with the published weights.
  package init() {}

  /// The loss of `groups` (auxiliary first, main last; or main alone) against `targets`, and its gradient. Targets
  /// with an unknown class or without area are ignored.
  package func evaluate(_ groups: [HeadMaps], targets: [ObjectTarget]) -> Outcome {
    guard let main = groups.last else { return Outcome(total: 0, terms: Terms(), gradients: []) }
    let objects = objects(of: targets, in: main)
    let lead = guidance == .lead ? assign(objects, main) : nil
    return evaluate(groups, objects: objects, held: groups.map { lead ?? assign(objects, $0) })
  }

  /// The loss of `groups` with fixed assignments `held`, one list per group.
  func evaluate(
    _ groups: [HeadMaps], objects: [[TaskAlignedAssigner.Object]], held: [[TaskAlignedAssigner.Assignment]]
  ) -> Outcome {
    var terms = Terms()
    let gradients = groups.indices.map { index in
      evaluate(
        groups[index], objects: objects, assignments: held[index],
        weight: index == groups.count - 1 ? 1 : auxiliaryWeight, terms: &terms)
    }
    return Outcome(
      total: terms.sum * Float(groups.last?.batch ?? 0), terms: terms, gradients: gradients,
      scoreSum: Float(held.last?.reduce(0) { $0 + $1.scoreSum } ?? 0))
  }

  func assign(_ objects: [[TaskAlignedAssigner.Object]], _ maps: HeadMaps) -> [TaskAlignedAssigner.Assignment] {
    objects.indices.map { assigner.assign(objects[$0], image: $0, maps: maps) }
  }

  /// Targets of each image, in pixels.
  func objects(of targets: [ObjectTarget], in maps: HeadMaps) -> [[TaskAlignedAssigner.Object]] {
    var objects = [[TaskAlignedAssigner.Object]](repeating: [], count: maps.batch)
    let scaleX = Float(maps.imageWidth)
    let scaleY = Float(maps.imageHeight)
    for target in targets
    where objects.indices.contains(target.image) && (0..<maps.classCount).contains(target.classID)
      && target.width > 0 && target.height > 0
    {
      let centre = SIMD2(target.centreX * scaleX, target.centreY * scaleY)
      let half = SIMD2(target.width * scaleX, target.height * scaleY) / 2
      objects[target.image].append(
        TaskAlignedAssigner.Object(
          classID: target.classID, box: SIMD4(lowHalf: centre - half, highHalf: centre + half)))
    }
    return objects
  }

  /// One group: adds its weighted terms to `terms` and returns its gradient.
  private func evaluate(
    _ maps: HeadMaps, objects: [[TaskAlignedAssigner.Object]], assignments: [TaskAlignedAssigner.Assignment],
    weight: Float, terms: inout Terms
  ) -> HeadMaps {
    var gradient = maps.zeros()
    // At least 1, so that a batch with few or no positives does not produce huge gradients.
    let normaliser = Float(max(assignments.reduce(0) { $0 + $1.scoreSum }, 1))
    let scale = weight * Float(maps.batch) / normaliser
    let classSum = ClassLoss.add(
      to: &gradient, maps: maps, assignments: assignments, objects: objects, scale: gains.classes * scale)

    var boxSum = 0.0
    var distributionSum = 0.0
    for image in objects.indices {
      for anchor in assignments[image].object.indices where assignments[image].object[anchor] >= 0 {
        let object = objects[image][Int(assignments[image].object[anchor])]
        let importance = assignments[image].score[anchor]
        let sums = addBox(
          to: &gradient, maps: maps, place: maps.place(image: image, anchor: anchor), box: object.box,
          boxScale: gains.box * scale * importance, distributionScale: gains.distribution * scale * importance)
        boxSum += Double(importance) * sums.box
        distributionSum += Double(importance) * sums.distribution
      }
    }
    terms.classes += gains.classes * weight * Float(classSum) / normaliser
    terms.box += gains.box * weight * Float(boxSum) / normaliser
    terms.distribution += gains.distribution * weight * Float(distributionSum) / normaliser
    return gradient
  }

  /// Box loss and distribution focal loss of one positive anchor against `box` (pixels).
  private func addBox(
    to gradient: inout HeadMaps, maps: HeadMaps, place: HeadMaps.Place, box: SIMD4<Float>, boxScale: Float,
    distributionScale: Float
  ) -> (box: Double, distribution: Double) {
    let sides = maps.sides(at: place)
    let truth = box / place.stride
    let predicted = SIMD4<Double>(
      Double(place.x) - Double(sides[0].distance), Double(place.y) - Double(sides[1].distance),
      Double(place.x) + Double(sides[2].distance), Double(place.y) + Double(sides[3].distance))
    let overlap = CompleteOverlap(predicted, SIMD4<Double>(truth))
    let targets = SIMD4(place.x - truth[0], place.y - truth[1], truth[2] - place.x, truth[3] - place.y)
      .clamped(lowerBound: .zero, upperBound: SIMD4(repeating: 14.99))
    // A larger distance moves left and top edges to smaller coordinates.
    let outward = SIMD4<Float>(-1, -1, 1, 1)
    var distribution = 0.0
    unsafe gradient.levels[place.level].values.withUnsafeMutableBufferPointer { values in
      for side in 0..<4 {
        let focal = sides[side].focalLoss(target: targets[side])
        distribution += Double(focal.value) / 4
        let byDistance = -Float(overlap.gradient[side]) * outward[side] * boxScale
        let step = sides[side].distanceGradient * byDistance + focal.gradient * (distributionScale / 4)
        for bin in 0..<HeadMaps.binCount {
          unsafe values[place.offset + (side * HeadMaps.binCount + bin) * place.channelStep] += step[bin]
        }
      }
    }
    return (1 - overlap.value, distribution)
  }
}
