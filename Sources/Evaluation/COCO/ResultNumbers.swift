internal import Foundation

/// What the identifiers in a results file stand for.
///
/// Data sets with YOLO labels or VOC annotations have none. Tools then name an image by the number or text before the
/// extension of its file (the official YOLOv9 code, Ultralytics), and number classes from 0 (the official code), from 1
/// (Ultralytics), or as COCO does (both, for COCO). This program writes positions from 1 and classes from 0.
struct ResultNumbers {
  /// The image of the data set by row of the file; `nil` for one it does not have.
  let images: [Int?]
  /// The class of the data set by the class of the file.
  let classes: [RecordID: Int]
  /// What is not as this program writes it, in words; `nil` if all is.
  let note: String?

  init(_ rows: [COCODetection], of truth: GroundTruth) {
    let positions = Self.unique(truth.images.indices.map { (truth.images[$0].id, $0) })
    let own = Self.unique(truth.categories.enumerated().map { ($1.id, $0) })
    guard !truth.hasIdentifiers else {
      images = rows.map { row in row.image.flatMap { positions[$0] } }
      classes = own
      note = nil
      return
    }
    let names = truth.images.map { $0.name as NSString }
    let byName = Self.unique(names.indices.map { (names[$0] as String, $0) })
    let byStem = Self.unique(names.indices.map { (Self.identifier(names[$0].deletingPathExtension), $0) })
    func isOwn(_ row: COCODetection) -> Bool {
      guard let id = row.image, let place = positions[id] else { return false }
      return row.name == nil || row.name == truth.images[place].name
    }
    // A file whose images are all called by their names is read by names, also if these are small numbers.
    let isNamed = rows.allSatisfy { row in row.name == nil && row.image.map { byStem[$0] != nil } ?? true }
    if !isNamed, rows.allSatisfy({ $0.image == nil || isOwn($0) }) {
      images = rows.map { row in row.image.flatMap { positions[$0] } }
      (classes, note) = Self.classes(rows, count: truth.categories.count, isOwn: true)
      return
    }
    images = rows.map { row in row.name.flatMap { byName[$0] } ?? row.image.flatMap { byStem[$0] } }
    (classes, note) = Self.classes(rows, count: truth.categories.count, isOwn: false)
  }

  /// Numbers that no class of COCO has, of 1 to 90.
  private static let skipped: Set<Int> = [12, 26, 29, 30, 45, 66, 68, 69, 71, 83]

  /// The numbering that the classes in `rows` fit.
  private static func classes(_ rows: [COCODetection], count: Int, isOwn: Bool) -> (
    classes: [RecordID: Int], note: String?
  ) {
    let used = Set(
      rows.compactMap { row -> Int? in if case .number(let number)? = row.category { number } else { nil } })
    let last = used.max() ?? 0
    if count == 80, last > 80, last <= 90, used.isDisjoint(with: skipped), !used.contains(0) {
      let published = (1...90).filter { !skipped.contains($0) }
      return (unique(published.enumerated().map { (.number($1), $0) }), "classes are numbered as in COCO, 1 to 90")
    }
    // Where neither 0 nor the last number occurs, the names of the files tell who wrote it.
    let isFromOne = !used.contains(0) && (last == count || !isOwn && last < count && rows.contains { $0.name != nil })
    let first = isFromOne ? 1 : 0
    return (
      unique((0..<count).map { (.number($0 + first), $0) }),
      isFromOne ? "classes are numbered from 1, as Ultralytics writes them" : nil
    )
  }

  /// What a file name without its extension is called in results: a number if it is one.
  private static func identifier(_ stem: String) -> RecordID {
    stem.allSatisfy(\.isASCII) && stem.allSatisfy(\.isNumber)
      ? Int(stem).map(RecordID.number) ?? .text(stem) : .text(stem)
  }

  private static func unique<Key>(_ pairs: [(Key, Int)]) -> [Key: Int] {
    Dictionary(pairs, uniquingKeysWith: { first, _ in first })
  }
}
