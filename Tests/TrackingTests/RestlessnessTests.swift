import Scene
import Testing

@testable import Tracking

/// What filters learn from each other.
@Suite struct RestlessnessTests {
  /// A filter that was surprised twice: by the same direction if it lags, or by one and then the other.
  private func filter(lags: Bool) -> KalmanFilter {
    func box(_ place: Float) -> Box { Box(centreX: place, centreY: place, width: 50, height: 50) }
    var filter = KalmanFilter(box(0))
    filter.update(box(1_000))
    filter.update(box(lags ? 100_000 : -100_000))
    return filter
  }

  @Test func `the order of tracks does not matter, not even at the limit`() {
    let late = filter(lags: true), hasty = filter(lags: false)
    var one = Restlessness()
    for _ in 0..<10 {
      one.learn(from: late)
      one.settle()
    }
    let limit = Restlessness.range.upperBound
    #expect(abs(one.factor - limit) < 1e-9)
    var other = one
    one.learn(from: late)
    one.learn(from: hasty)
    one.settle()
    other.learn(from: hasty)
    other.learn(from: late)
    other.settle()
    #expect(abs(one.factor - other.factor) < 1e-9 && one.factor < limit)
  }
}
