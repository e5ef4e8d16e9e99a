import Foundation
import Outputs
import Testing

@Suite struct FootageTimeTests {
  /// 2026-11-23T18:39:27Z.
  static let moment: Int64 = 1_795_459_167_000

  @Test(
    arguments: [
      ("2026-11-23T18:39:27Z", moment), ("2026-11-23T18:39:27.5Z", moment + 500), ("20261123T183927Z", moment),
      ("2026-11-23T19:39:27+01:00", moment), ("2026-11-23 13:09:27-0530", moment), ("2026-11-23", nil),
      ("2026-13-23T18:39:27Z", nil), ("2026-02-30T18:39:27Z", nil), ("2026-11-23T25:39:27Z", nil), ("yesterday", nil),
      ("at 2026-11-23T18:39:27Z", nil), ("2026-11-23T18:39:27.957Z", moment + 957),
      ("20261123T183927.957Z", moment + 957),
      ("2024-02-29T00:00:00Z", 1_709_164_800_000), ("2026-02-29T00:00:00.000Z", nil), ("2026-04-31T00:00:00Z", nil),
      ("2026-11-23T18:39:60Z", nil), ("2026-11-23T18:39:27.9579Z", moment + 957),
    ] as [(String, Int64?)])
  func `a time is read as it is usually written`(text: String, expected: Int64?) {
    #expect(FootageTime.milliseconds(text) == expected)
  }

  @Test func `every day is read as the calendar has it`() throws {
    let calendar = Calendar(identifier: .gregorian)
    let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
    var date = try #require(
      DateComponents(calendar: calendar, timeZone: .gmt, year: 1990, month: 1, day: 1, hour: 7, minute: 59).date)
    while date.timeIntervalSince1970 < 7_258_000_000 {
      let text = date.formatted(style)
      let expected = Int64(date.timeIntervalSince1970) * 1000
      guard FootageTime.milliseconds(text) == expected else { return #expect(Bool(false), "\(text)") }
      date += 86_400
    }
  }

  @Test(
    arguments: [
      ("front_20261123_183927Z.mp4", moment), ("2026-11-23_18-39-27Z.mkv", moment), ("20261123T183927Z.mp4", moment),
      ("cam1-2026.11.23-18.39.27Z-motion.avi", moment), ("vtest.avi", nil), ("99920261123183927.mp4", nil),
      ("00001123183927.mp4", nil),
    ] as [(String, Int64?)])
  func `recorders write the time into the name`(name: String, expected: Int64?) {
    #expect(FootageTime.milliseconds(inName: name) == expected)
  }

  @Test func `a name counts before the time that the container states`() {
    let stated = "2026-11-23T18:39:27.000000Z"
    #expect(FootageTime.milliseconds(ofFile: "vtest.mp4", stated: stated) == Self.moment)
    #expect(FootageTime.milliseconds(ofFile: "20251123T183927Z.mp4", stated: stated) == Self.moment - 365 * 86_400_000)
    #expect(FootageTime.milliseconds(ofFile: "vtest.mp4", stated: "1904-01-01T00:00:00.000000Z") == nil)
    #expect(FootageTime.milliseconds(ofFile: "vtest.mp4", stated: nil) == nil)
  }

  @Test func `a time without a zone is that of this computer`() throws {
    let parts = Calendar.current.dateComponents(in: .current, from: Date(timeIntervalSince1970: 1_795_459_167))
    func two(_ value: Int?) -> String { String("0\(value ?? 0)".suffix(2)) }
    let name =
      "front_\(parts.year ?? 0)\(two(parts.month))\(two(parts.day))_\(two(parts.hour))\(two(parts.minute))\(two(parts.second)).mp4"
    #expect(FootageTime.milliseconds(inName: name) == Self.moment)
  }
}
