extension StringProtocol {
  /// The numbers in `640x480`; `nil` for anything else, and for sides outside `range`.
  package func sides(in range: ClosedRange<Int> = 1...100_000) -> (Int, Int)? {
    let sides = split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard sides.count == 2, let first = sides[0], let second = sides[1], range.contains(first), range.contains(second)
    else { return nil }
    return (first, second)
  }
}
