public import Evaluation

/// Labelled pictures as training takes them: boxes in fractions, so that the size of a picture does not matter, and no
/// crowds.
public struct Dataset: Sendable {
  /// One labelled box, in fractions of its picture.
  public struct Object: Hashable, Sendable {
    /// Class index.
    public var classID: Int
    /// Left, top, right, bottom as fractions of the picture.
    public var box: SIMD4<Float>
    /// Closed lines around it, as fractions of the picture, where they are known.
    public var outline: [[SIMD2<Float>]] = []
  }

  /// One picture.
  public struct Sample: Hashable, Sendable {
    /// File of the picture.
    public var path: String
    /// What it shows.
    public var objects: [Object]
  }

  /// Names of the classes.
  public var classNames: [String]
  /// Usable pictures, by rising number.
  public var samples: [Sample]
  /// Everything that was passed over.
  public var problems: [GroundTruth.Problem]
}

extension Dataset {
  /// What `truth` holds to train on. A group, or a thing too hard to tell, is neither right nor wrong to find.
  public init(_ truth: GroundTruth) {
    self.init(classNames: truth.classNames, samples: [], problems: truth.problems)
    for picture in truth.pictures {
      let path = truth.path(of: picture)
      guard let size = picture.size else {
        problems.append(GroundTruth.Problem(kind: .unknownSize, place: path))
        continue
      }
      let objects = picture.objects.filter { !$0.isCrowd && $0.box.isVisible(in: size) }.map {
        Object(classID: $0.classID, box: $0.box.fractions(of: size), outline: $0.outline)
      }
      samples.append(Sample(path: path, objects: objects))
    }
  }
}
