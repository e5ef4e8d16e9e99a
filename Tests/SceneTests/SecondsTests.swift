import Scene
import Testing

@Suite struct SecondsTests {
  @Test(
    arguments: [
      (0, "0s"), (90, "90s"), (1.5, "1.5s"), (-2, "-2s"), (.infinity, "infs"), (.nan, "nans"), (1e300, "1e+300s"),
    ] as [(Double, String)])
  func `every number has a text`(value: Double, text: String) { #expect("\(Seconds(value))" == text) }

  @Test(arguments: ["90", "1.5s", "200ms", "2m", "1h30m", "10d", "00:01:30"])
  func `a text that is read and written is the same duration`(text: String) throws {
    let seconds = try #require(Seconds(parsing: text))
    #expect(Seconds(parsing: seconds.description) == seconds)
  }
}
