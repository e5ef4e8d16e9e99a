import GELAN
import TestSupport
import Testing

@testable import Inference

/// What is remembered of networks, and for how long.
@Suite struct RecentlyUsedTests {
  @Test func `the value that was used longest ago makes room`() {
    var values = RecentlyUsed<Int, String>(limit: 3)
    #expect(values.latest == nil && values.values.isEmpty)
    for (key, value) in [(1, "one"), (2, "two"), (3, "three")] { values.insert(value, of: key) }
    #expect(values.values == ["one", "two", "three"] && values.latest == "three")
    let used = values.value(of: 1)
    #expect(used == "one" && values.latest == "one")
    values.insert("four", of: 4)
    let forgotten = values.value(of: 2)
    #expect(forgotten == nil && values.values == ["three", "one", "four"])
  }

  @Test func `a network is compiled once, and again when many others came in between`() throws {
    var options = Detector.Options()
    options.precision = .f32
    let detector = Detector(try #require(MadeUpModel.make()), options: options)
    let first = try detector.network(height: 32, width: 32)
    #expect(try detector.network(height: 32, width: 32) === first)
    for index in 1...Detector.networkLimit { _ = try detector.network(height: 64, width: 32 * index) }
    #expect(try detector.network(height: 32, width: 32) !== first)
  }

  @Test func `the maps that are read after every run are made once`() throws {
    let model = try #require(MadeUpModel.make())
    let network = try CompiledNetwork(model.graph, options: .init(height: 32, width: 32)) {
      model.weights[$0]?.values
    }
    let execution = try NetworkExecution(network)
    for level in network.head.levels {
      for id in [level.boxes, level.classes] {
        let first = try execution.tensor(id), second = try execution.tensor(id)
        #expect(first === second)
      }
    }
  }
}
