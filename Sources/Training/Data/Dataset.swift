/// Pictures with labelled boxes, and what was wrong with the ones that are not used.
public struct Dataset: Sendable {
  /// One labelled box, in fractions of its picture.
  public struct Object: Hashable, Sendable {
    /// Class index.
    public var classID: Int
    /// Left, top, right, bottom as fractions of the picture.
    public var box: SIMD4<Float>
    /// Closed lines around it, as fractions of the picture, where they are known.
    public var outline: [[SIMD2<Float>]] = []
    /// A group or a thing too hard to tell: not trained on, and neither right nor wrong to find.
    public var isCrowd = false
  }

  /// One picture.
  public struct Sample: Hashable, Sendable {
    /// File of the picture.
    public var path: String
    /// What it shows.
    public var objects: [Object]
  }

  /// What was wrong, and where.
  public struct Problem: Hashable, Sendable {
    /// Kinds of trouble; none of them is fatal.
    public enum Kind: String, Sendable, CaseIterable {
      /// A picture without a label file counts as showing nothing.
      case missingLabels
      /// A line that is not a class and four numbers.
      case unreadableLine
      /// A class the set does not have.
      case unknownClass
      /// A box outside the picture or without area.
      case boxOutside
      /// A label file that is not what its format asks for, or names no picture.
      case unreadableLabels
    }
    /// What.
    public var kind: Kind
    /// Where: a file, and a line if there is one.
    public var place: String
  }

  /// A box by its corners in pixels, as fractions of a picture of `width` by `height`; `nil` if nothing of it is inside.
  static func fractions(_ corners: SIMD4<Double>, width: Double, height: Double) -> SIMD4<Float>? {
    guard width > 0, height > 0 else { return nil }
    let box = SIMD4<Float>(corners / SIMD4(width, height, width, height))
    let inside = box.clamped(lowerBound: .zero, upperBound: .one)
    guard inside[2] - inside[0] > 1e-4, inside[3] - inside[1] > 1e-4 else { return nil }
    return inside
  }

  /// Names of the classes.
  public var classNames: [String]
  /// Usable pictures, in order of their names.
  public var samples: [Sample]
  /// Everything that was passed over.
  public var problems: [Problem]

  /// The same without crowds.
  var forTraining: Dataset {
    var copy = self
    for index in copy.samples.indices { copy.samples[index].objects.removeAll(where: \.isCrowd) }
    return copy
  }

  /// Counts of each kind of problem and the first places, one line a kind; empty if all was well.
  public var problemReport: [String] {
    Problem.Kind.allCases.compactMap { kind in
      let places = problems.filter { $0.kind == kind }.map(\.place)
      guard !places.isEmpty else { return nil }
      return "\(kind.rawValue): \(places.count) (\(places.prefix(3).joined(separator: ", ")))"
    }
  }
}
