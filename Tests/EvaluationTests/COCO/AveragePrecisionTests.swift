import Evaluation
import Testing

@Suite struct AveragePrecisionTests {
  private static let here = PreciseBox(left: 0, top: 0, width: 50, height: 50)
  private static let there = PreciseBox(left: 100, top: 0, width: 50, height: 50)

  private func summary(_ truth: [TrueObject], _ found: [FoundObject]) -> DetectionSummary {
    AveragePrecision(truth: [truth], found: [found], classCount: 1).summary
  }

  private func object(_ box: PreciseBox = here, isCrowd: Bool = false) -> TrueObject {
    TrueObject(box: box, classID: 0, isCrowd: isCrowd)
  }

  private func find(_ box: PreciseBox = here, score: Double) -> FoundObject {
    FoundObject(box: box, classID: 0, score: score)
  }

  @Test func `a perfect find scores one, in its own size and not in others`() {
    let result = summary([object()], [find(score: 0.9)])
    #expect(abs(result.precision - 1) < 1e-12)
    #expect(result.figures.map(\.value).map { ($0 * 1e6).rounded() / 1e6 } == [1, 1, 1, -1, 1, -1, 1, 1, 1, -1, 1, -1])
  }

  @Test func `nothing found scores zero, nothing to find is undefined`() {
    #expect(summary([object()], []).precision == 0)
    #expect(summary([], [find(score: 0.9)]).precision == AveragePrecision.undefined)
  }

  @Test func `a second find of the same object is wrong`() {
    let result = summary(
      [object(), object(Self.there)], [find(score: 0.9), find(score: 0.8), find(Self.there, score: 0.7)])
    // Precision 1 up to a recall of 0.5 (51 levels), then 2/3 (50 levels).
    #expect(abs(result.precision - (51 + 50 * 2.0 / 3) / 101) < 1e-9)
  }

  @Test func `finds inside a crowd are neither right nor wrong`() {
    let crowd = object(Self.there, isCrowd: true)
    let inside = PreciseBox(left: 110, top: 10, width: 10, height: 10)
    let result = summary([object(), crowd], [find(inside, score: 0.95), find(inside, score: 0.94), find(score: 0.9)])
    #expect(abs(result.precision - 1) < 1e-12)
  }

  @Test func `recall with one find counts the best find of each class in an image`() {
    let result = summary([object(), object(Self.there)], [find(score: 0.9), find(Self.there, score: 0.8)])
    #expect(result.figures[6].value == 0.5)
    #expect(result.recall == 1)
  }

  @Test func `only the hundred best finds of a class in an image count`() {
    let far = PreciseBox(left: 500, top: 500, width: 50, height: 50)
    let wrong = [FoundObject](repeating: find(far, score: 0.9), count: 100)
    #expect(summary([object()], wrong + [find(score: 0.8)]).recall == 0)
    #expect(summary([object()], wrong.dropLast() + [find(score: 0.8)]).recall == 1)
  }

  @Test func `a box on a threshold counts at it`() {
    // 25 of 50 columns: an overlap of exactly one half.
    let half = PreciseBox(left: 0, top: 0, width: 25, height: 50)
    #expect(summary([object()], [find(half, score: 0.5)]).precisionAt50 > 0.99)
  }

  @Test func `finds and objects of classes that are not counted are left out, and so are scores that are no number`() {
    let result = AveragePrecision(
      truth: [[TrueObject(box: Self.here, classID: 0), TrueObject(box: Self.there, classID: 7)]],
      found: [
        [
          FoundObject(box: Self.here, classID: 0, score: 0.5), FoundObject(box: Self.there, classID: -1, score: 0.9),
          FoundObject(box: Self.there, classID: 0, score: .nan),
        ]
      ], classCount: 1)
    #expect(abs(result.summary.precision - 1) < 1e-12)
    #expect(result.objectCounts == [1])
  }
}
