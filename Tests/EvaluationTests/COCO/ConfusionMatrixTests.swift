import Evaluation
import Testing

@Suite struct ConfusionMatrixTests {
  private let here = PreciseBox(left: 0, top: 0, width: 50, height: 50)
  private let nearly = PreciseBox(left: 10, top: 0, width: 50, height: 50)
  private let there = PreciseBox(left: 200, top: 0, width: 50, height: 50)

  @Test func `pairs, misses and false finds each have their cell`() {
    let matrix = ConfusionMatrix(
      truth: [
        [
          TrueObject(box: here, classID: 0), TrueObject(box: there, classID: 1),
          TrueObject(box: PreciseBox(left: 400, top: 0, width: 9, height: 9), classID: 1),
        ]
      ],
      found: [
        [
          // The better overlap wins, not the better score.
          FoundObject(box: nearly, classID: 0, score: 0.9), FoundObject(box: here, classID: 1, score: 0.5),
          FoundObject(box: there, classID: 1, score: 0.4), FoundObject(box: there, classID: 0, score: 0.1),
        ]
      ], classCount: 2)
    #expect(matrix[truth: 0, found: 1] == 1)
    #expect(matrix[truth: 2, found: 0] == 1)
    #expect(matrix[truth: 1, found: 1] == 1)
    #expect(matrix[truth: 1, found: 2] == 1)
    let sum = (0...2).reduce(0) { sum, row in sum + (0...2).reduce(0) { $0 + matrix[truth: row, found: $1] } }
    #expect(sum == 4)
  }

  @Test func `a crowd is no object, and finds in it are not false`() {
    let matrix = ConfusionMatrix(
      truth: [[TrueObject(box: there, classID: 0, isCrowd: true)]],
      found: [
        [FoundObject(box: PreciseBox(left: 210, top: 10, width: 5, height: 5), classID: 0, score: 0.9)]
      ], classCount: 1)
    #expect((0...1).allSatisfy { row in (0...1).allSatisfy { matrix[truth: row, found: $0] == 0 } })
  }
}
