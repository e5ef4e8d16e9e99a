/// The loss of YOLOv9: class (binary cross entropy), box (complete IoU) and side distributions (distribution focal
/// loss), for one head group or for the auxiliary and the main group together.
public struct DetectionLoss: Sendable {
  /// Weights of the three terms.
  public struct Gains: Sendable, Hashable {
    /// Weight of the box term.
    public var box: Float = 7.5
    /// Weight of the class term.
    public var classes: Float = 0.5
    /// Weight of the side distributions.
    public var distribution: Float = 1.5

    /// The published weights: 7.5, 0.5, 1.5.
    public init() {}
  }

  /// How the auxiliary group finds its anchors.
  public enum Guidance: String, Sendable, CaseIterable {
    /// Every group assigns by its own predictions.
    case own
    /// The main group's assignment serves both (lead-head-guided).
    case lead
  }

  /// The three terms after their gains, summed over the groups, without the factor of the batch size.
  public struct Terms: Sendable, Hashable {
    /// Box term.
    public var box: Float = 0
    /// Class term.
    public var classes: Float = 0
    /// Side distribution term.
    public var distribution: Float = 0

    /// Sum of the terms.
    public var sum: Float { box + classes + distribution }
  }

  /// What an evaluation gives.
  public struct Outcome: Sendable {
    /// The number that is differentiated: the sum of the terms times the batch size.
    public var total: Float
    /// The terms as they are logged.
    public var terms: Terms
    /// Derivative of `total` by every raw map value, per group in the order given.
    public var gradients: [HeadMaps]
  }

  /// Weights of the terms.
  public var gains = Gains()
  /// Weight of every group but the last.
  public var auxiliaryWeight: Float = 0.25
  /// How the auxiliary group finds its anchors.
  public var guidance = Guidance.own
  /// Chooses the positives.
  public var assigner = TaskAlignedAssigner()

  /// The loss with the published weights.
  public init() {}

  /// The loss of `groups` (auxiliary first, main last; or main alone) against `targets`, and its gradient.
  ///
  /// Targets with a class the head does not have, or without an area, are passed over.
  public func evaluate(_ groups: [HeadMaps], targets: [ObjectTarget]) -> Outcome {
    guard let main = groups.last else { return Outcome(total: 0, terms: Terms(), gradients: []) }
    let objects = objects(of: targets, in: main)
    let lead = guidance == .lead ? assign(objects, main) : nil
    return evaluate(groups, objects: objects, held: groups.map { lead ?? assign(objects, $0) })
  }

  /// The loss of `groups` under assignments that are `held` fixed, one list per group.
  func evaluate(
    _ groups: [HeadMaps], objects: [[TaskAlignedAssigner.Object]], held: [[TaskAlignedAssigner.Assignment]]
  ) -> Outcome {
    var terms = Terms()
    let gradients = groups.indices.map { index in
      evaluate(
        groups[index], objects: objects, assignments: held[index],
        weight: index == groups.count - 1 ? 1 : auxiliaryWeight, terms: &terms)
    }
    return Outcome(total: terms.sum * Float(groups.last?.batch ?? 0), terms: terms, gradients: gradients)
  }

  func assign(_ objects: [[TaskAlignedAssigner.Object]], _ maps: HeadMaps) -> [TaskAlignedAssigner.Assignment] {
    objects.indices.map { assigner.assign(objects[$0], image: $0, maps: maps) }
  }

  /// Targets per picture, in pixels.
  func objects(of targets: [ObjectTarget], in maps: HeadMaps) -> [[TaskAlignedAssigner.Object]] {
    var objects = [[TaskAlignedAssigner.Object]](repeating: [], count: maps.batch)
    let scaleX = Float(maps.pictureWidth)
    let scaleY = Float(maps.pictureHeight)
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
    // Never below one, so that a batch with hardly any or no positives does not blow up.
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

  /// Box and distribution loss of one positive anchor against `box` (pixels).
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
    // A longer distance moves the near edges to smaller coordinates.
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
