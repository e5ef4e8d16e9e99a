package import Evaluation

/// A labelled data set in the form training reads: boxes as fractions of their image, crowds left out.
package struct Dataset: Sendable {
  /// One labelled box in fractions of its image.
  package struct Object: Hashable, Sendable {
    /// Class index.
    package var classID: Int
    /// Left, top, right, bottom as fractions of the image.
    package var box: SIMD4<Float>
    /// Closed polygons around the object in fractions of the image; empty if unknown.
    package var outline: [[SIMD2<Float>]] = []
  }

  /// One image with its objects.
  package struct Sample: Hashable, Sendable {
    /// File of the image.
    package var path: String
    /// Its labelled objects.
    package var objects: [Object]
  }

  /// Names of the classes.
  package var classNames: [String]
  /// Usable images by ascending identifier.
  package var samples: [Sample]
  /// Everything that was left out, repaired or used as background.
  package var problems: [GroundTruth.Problem]
}

extension Dataset {
  /// The part of `truth` to train on: readable images, and their objects except crowds and those marked as difficult.
  /// Duplicate boxes count once, as in the reference.
  ///
  /// - Parameter check: checks the image at a path; by default its header is read.
  package init(_ truth: GroundTruth, check: (String) -> ImageCheck = ImageCheck.init(path:)) {
    self.init(classNames: truth.classNames, samples: [], problems: truth.problems)
    // Missing images were counted when the data set was opened.
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

  /// Throws `unusableData` if no object is labelled.
  package func expectLabels(in path: String) throws(TrainingError) {
    guard samples.contains(where: { !$0.objects.isEmpty }) else {
      throw TrainingError(
        .unusableData, "no labels found in \(path): none of its \(samples.count) usable images shows a labelled object")
    }
  }
}
