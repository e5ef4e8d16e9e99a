/// Pictures with labelled boxes, and what was wrong with the ones that are not used.
public struct Dataset: Sendable {
  /// One labelled box, in fractions of its picture.
  public struct Object: Hashable, Sendable {
    /// Class index.
    public var classID: Int
    /// Left, top, right, bottom as fractions of the picture.
    public var box: SIMD4<Float>
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
      /// A picture that cannot be decoded.
      case unreadablePicture
    }
    /// What.
    public var kind: Kind
    /// Where: a file, and a line if there is one.
    public var place: String
  }

  /// Names of the classes.
  public var classNames: [String]
  /// Usable pictures, in order of their names.
  public var samples: [Sample]
  /// Everything that was passed over.
  public var problems: [Problem]

  /// Counts of each kind of problem and the first places, one line a kind; empty if all was well.
  public var problemReport: [String] {
    Problem.Kind.allCases.compactMap { kind in
      let places = problems.filter { $0.kind == kind }.map(\.place)
      guard !places.isEmpty else { return nil }
      return "\(kind.rawValue): \(places.count) (\(places.prefix(3).joined(separator: ", ")))"
    }
  }
}
