public import Evaluation

/// A labelled data set as training takes it: boxes as fractions, so that the size of an image does not matter, and no
/// crowds.
public struct Dataset: Sendable {
  /// One labelled box, as fractions of its image.
  public struct Object: Hashable, Sendable {
    /// Class index.
    public var classID: Int
    /// Left, top, right, bottom as fractions of the image.
    public var box: SIMD4<Float>
    /// Closed lines around it, as fractions of the image, where they are known.
    public var outline: [[SIMD2<Float>]] = []
  }

  /// One image.
  public struct Sample: Hashable, Sendable {
    /// File of the image.
    public var path: String
    /// What it shows.
    public var objects: [Object]
  }

  /// Names of the classes.
  public var classNames: [String]
  /// Usable images, by rising identifier.
  public var samples: [Sample]
  /// Everything that was left out, repaired or kept as background.
  public var problems: [GroundTruth.Problem]
}

extension Dataset {
  /// What `truth` holds to train on: images that are there and whole, and of their objects those that can be found.
  ///
  /// Crowds and objects marked as difficult are neither right nor wrong to find, and left out. A box that stands twice
  /// counts once, as in the reference.
  ///
  /// - Parameter check: what is known of the image at a path; by default its header is read.
  public init(_ truth: GroundTruth, check: (String) -> ImageCheck = ImageCheck.init(path:)) {
    self.init(classNames: truth.classNames, samples: [], problems: truth.problems)
    // What could not be found was counted when the data set was opened.
    let known = Set(truth.problems.filter { $0.kind == .unreadableImage }.map(\.place))
    for image in truth.images {
      func note(_ kind: GroundTruth.Problem.Kind, _ detail: String? = nil) {
        problems.append(GroundTruth.Problem(kind: kind, place: image.name, detail: detail))
      }
      let actual: GroundTruth.Size?
      switch check(image.path) {
      case .whole(let size): actual = size ?? image.size
      case .unusable(let kind, let detail):
        if !known.contains(image.name) { note(kind, detail) }
        continue
      }
      guard let actual else {
        note(.unreadableImage, "of unknown size")
        continue
      }
      switch image.agreement(with: actual) {
      case .same: break
      case .resized: note(.resizedImage)
      case .wrong: note(.wrongSize)
      }
      let size = image.reference(for: actual)
      var seen: Set<SIMD8<Float>> = []
      let objects = image.objects.filter { !$0.isCrowd && $0.box.isVisible(in: size) }.compactMap { object -> Object? in
        let box = object.box.fractions(of: size)
        let key = SIMD8(lowHalf: box, highHalf: SIMD4(Float(object.classID), 0, 0, 0))
        guard seen.insert(key).inserted else {
          note(.repeatedRow)
          return nil
        }
        return Object(classID: object.classID, box: box, outline: object.outline)
      }
      samples.append(Sample(path: image.path, objects: objects))
    }
  }

  /// Throws `unusableData` unless an object is labelled: there would be nothing to learn.
  public func expectLabels(in path: String) throws(TrainingError) {
    guard samples.contains(where: { !$0.objects.isEmpty }) else {
      throw TrainingError(
        .unusableData, "no labels found in \(path): none of its \(samples.count) usable images shows a labelled object")
    }
  }
}
