import Foundation

/// Asks again and again until `condition` holds; `false` if it does not within two minutes, which even a machine full of
/// other work does not need.
public func waiting(until condition: () throws -> Bool) rethrows -> Bool {
  let end = ContinuousClock.now + .seconds(120)
  while ContinuousClock.now < end {
    if try condition() { return true }
    usleep(20_000)
  }
  return false
}
