import Foundation

/// Asks every `pause` until `condition` holds; `false` if it does not within `limit`, by default two minutes, which even a
/// machine full of other work does not need.
@discardableResult
public func waiting(
  within limit: Duration = .seconds(120), every pause: Duration = .milliseconds(20), until condition: () throws -> Bool
) rethrows -> Bool {
  let end = ContinuousClock.now + limit
  while ContinuousClock.now < end {
    if try condition() { return true }
    // The only sleep of all tests.
    usleep(UInt32(pause / .microseconds(1)))
  }
  return false
}
