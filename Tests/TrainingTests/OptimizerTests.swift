import Foundation
import GELAN
import TestSupport
import Testing

@testable import Training

@Suite struct `The optimiser` {
  @Test func `follows the published schedule`() throws {
    let json = try JSONSerialization.jsonObject(
      with: Data(contentsOf: Fixtures.file("training/schedule.json")))
    let cases = try #require((json as? [String: Any])?["cases"] as? [[String: Any]])
    for entry in cases {
      let epochs = try #require(entry["epochs"] as? Int)
      let batches = try #require(entry["batches_per_epoch"] as? Int)
      let schedule = LearningSchedule(
        epochs: epochs, batchesPerEpoch: batches, batch: try #require(entry["batch"] as? Int))
      #expect(schedule.warmupIterations == entry["warmup_iterations"] as? Int)
      for row in try #require(entry["rows"] as? [[String: Any]]) {
        let rates = schedule.rates(iteration: try #require(row["iteration"] as? Int))
        #expect(abs(rates.bias - (row["lr_bias"] as? Double ?? .nan)) < 1e-9)
        #expect(abs(rates.weight - (row["lr_weight"] as? Double ?? .nan)) < 1e-9)
        #expect(abs(rates.momentum - (row["momentum"] as? Double ?? .nan)) < 1e-8)
        #expect(rates.accumulate == row["accumulate"] as? Int)
      }
      var last = -1
      var updates: [Int] = []
      for iteration in 0..<epochs * batches
      where iteration - last >= schedule.rates(iteration: iteration).accumulate {
        last = iteration
        updates.append(iteration)
      }
      #expect(updates.count == entry["optimizer_steps"] as? Int)
      #expect(Array(updates.prefix(24)) == entry["first_update_iterations"] as? [Int])
    }
  }

  @Test func `holds the rate and lets it fall at the end, wherever the end is`() {
    for epochs in [10, 30] {
      var schedule = LearningSchedule(epochs: epochs, batchesPerEpoch: 200, batch: 64)
      schedule.coolEpochs = 5
      schedule.warmupEpochs = 1
      let rates = (2..<epochs).map { schedule.rates(iteration: $0 * 200 + 100).weight }
      #expect(rates.prefix(epochs - 6).allSatisfy { $0 == 0.01 })
      #expect(zip(rates.suffix(4), rates.suffix(4).dropFirst()).allSatisfy { $0 > $1 })
      #expect(abs((rates.last ?? 0) - 0.01 * (0.4 * 0.99 + 0.01)) < 1e-9)
    }
  }

  @Test func `steps by the formula, kind by kind`() throws {
    let spec = try #require(NetworkSpec.named("gelan-t"))
    let table = ParameterTable(graph: spec.graph())
    let parameters = FloatBuffer(count: table.count), gradient = FloatBuffer(count: table.count)
    let names = ["model.0.conv.weight", "model.0.bn.weight", "model.0.bn.bias", "model.0.bn.running_mean"]
    let places = try names.map { try #require(table[$0]).range.lowerBound }
    for place in places {
      parameters[place] = 2
      gradient[place] = 0.5
    }
    var optimizer = StochasticGradient(table: table, decay: 0.1)
    let rates = LearningSchedule.Rates(bias: 0.2, weight: 0.1, momentum: 0.9, accumulate: 1)
    // The statistic's gradient counts in the norm only because the test put one there.
    #expect(abs(optimizer.step(parameters, gradient: gradient, table: table, rates: rates) - 1) < 1e-6)
    func moved(_ p: Float, decay: Float, rate: Float, times: Int) -> Float {
      var p = p
      var m: Float = 0
      for step in 0..<times {
        let g = 0.5 + decay * p
        m = step == 0 ? g : 0.9 * m + g
        p -= rate * (g + 0.9 * m)
      }
      return p
    }
    for times in 1...2 {
      if times == 2 { optimizer.step(parameters, gradient: gradient, table: table, rates: rates) }
      #expect(abs(parameters[places[0]] - moved(2, decay: 0.1, rate: 0.1, times: times)) < 1e-6)
      #expect(abs(parameters[places[1]] - moved(2, decay: 0, rate: 0.1, times: times)) < 1e-6)
      #expect(abs(parameters[places[2]] - moved(2, decay: 0, rate: 0.2, times: times)) < 1e-6)
      #expect(parameters[places[3]] == 2)
    }
  }

  @Test func `shortens a long gradient and refuses one that is not a number`() throws {
    let table = ParameterTable(graph: try #require(NetworkSpec.named("gelan-t")).graph())
    let parameters = FloatBuffer(count: table.count), gradient = FloatBuffer(count: table.count)
    let place = try #require(table["model.0.bn.weight"]).range.lowerBound
    gradient[place] = 1000
    var optimizer = StochasticGradient(table: table, decay: 0)
    let rates = LearningSchedule.Rates(bias: 1, weight: 1, momentum: 0, accumulate: 1)
    optimizer.step(parameters, gradient: gradient, table: table, rates: rates)
    #expect(abs(parameters[place] + 10) < 1e-4)
    gradient[place] = .nan
    #expect(optimizer.step(parameters, gradient: gradient, table: table, rates: rates).isNaN)
    #expect(abs(parameters[place] + 10) < 1e-4)
  }
}
