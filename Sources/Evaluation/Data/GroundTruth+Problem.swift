extension GroundTruth {
  /// What was wrong, and where.
  public struct Problem: Hashable, Sendable {
    /// Kinds of trouble; none of them is fatal.
    public enum Kind: String, Sendable, CaseIterable {
      /// A picture without a label file counts as showing nothing.
      case missingLabels
      /// A line that is not a class and four numbers or an outline, or what stands for one in another format.
      case unreadableLine
      /// A class the set does not have.
      case unknownClass
      /// A box outside the picture or without area: nothing to train on. Of COCO files it counts as missed, as the
      /// benchmark has it.
      case boxOutside
      /// A label file that is not what its format asks for.
      case unreadableLabels
      /// Boxes in pixels of a picture whose size is not told: it can be measured on, and not trained on.
      case unknownSize
      /// A picture that is not there or cannot be decoded.
      case unreadablePicture
      /// A picture of another shape than the data set tells.
      case otherShape
    }
    /// What.
    public let kind: Kind
    /// Where: a file, and a line if there is one.
    public let place: String

    /// A problem of `kind` at `place`.
    public init(kind: Kind, place: String) {
      self.kind = kind
      self.place = place
    }
  }
}

extension [GroundTruth.Problem] {
  /// Counts of each kind and the first places, one line a kind; empty if all was well.
  public var report: [String] {
    GroundTruth.Problem.Kind.allCases.compactMap { kind in
      let places = filter { $0.kind == kind }.map(\.place)
      guard !places.isEmpty else { return nil }
      return "\(kind.rawValue): \(places.count) (\(places.prefix(3).joined(separator: ", ")))"
    }
  }
}
