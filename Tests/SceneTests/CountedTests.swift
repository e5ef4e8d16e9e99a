import Scene
import Testing

@Suite struct CountedTests {
  @Test func `one is one, and all else are many`() {
    #expect([0, 1, 2].map { $0.counted("camera") } == ["0 cameras", "1 camera", "2 cameras"])
    #expect([1, 3].map { $0.counted("class", plural: "classes") } == ["1 class", "3 classes"])
  }
}
