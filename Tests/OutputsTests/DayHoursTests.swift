import Foundation
import Testing

@testable import Outputs

@Suite struct DayHoursTests {
  @Test(arguments: [
    "", "22:00", "22-6", "25:00-26:00", "24:01-06:00", "06:60-07:00", "8:00-8:00", "night", "1:2:3-4:5",
  ])
  func `other words are no hours`(text: String) { #expect(DayHours(parsing: text) == nil) }

  @Test(
    arguments: [
      ("08:00-17:30", [8 * 60, 17 * 60 + 29], [7 * 60 + 59, 17 * 60 + 30, 0]),
      ("22:00-06:00", [22 * 60, 0, 5 * 60 + 59], [6 * 60, 21 * 60 + 59]),
      ("6:00 - 24:00", [6 * 60, 23 * 60 + 59], [0, 5 * 60 + 59]),
    ])
  func `hours may go past midnight`(text: String, within: [Int], outside: [Int]) throws {
    let hours = try #require(DayHours(parsing: text))
    let midnight = Calendar.current.startOfDay(for: Date(timeIntervalSince1970: 1_764_000_000))
    func contains(_ minute: Int) throws -> Bool {
      let moment = try #require(Calendar.current.date(byAdding: .minute, value: minute, to: midnight))
      return hours.contains(Int64(moment.timeIntervalSince1970 * 1e3))
    }
    for minute in within { #expect(try contains(minute), "\(minute)") }
    for minute in outside { #expect(try !contains(minute), "\(minute)") }
  }
}
