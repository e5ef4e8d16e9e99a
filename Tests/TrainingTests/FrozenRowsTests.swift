import GELAN
import Testing

@testable import Training

@Suite struct `Frozen rows` {
  private static func trained(frozenRows: Int, iterations: Int) throws -> Trainer {
    var plan = `The trainer`.plan
    plan.frozenRows = frozenRows
    plan.largestNorm = 1e9
    let trainer = try `The trainer`.trainer(plan)
    try trainer.run(until: iterations) { $0.terms.sum.isFinite }
    return trainer
  }

  @Test func `keep their weights, and the others learn as without them`() throws {
    let start = try `The trainer`.trainer(`The trainer`.plan)
    let free = try Self.trained(frozenRows: 0, iterations: 1), frozen = try Self.trained(frozenRows: 5, iterations: 1)
    var counts = (kept: 0, learned: 0)
    for entry in frozen.table.entries where entry.role != .statistic {
      let values = frozen.parameters.values(entry.range)
      if entry.role == .frozen {
        #expect(values == start.parameters.values(entry.range), "\(entry.name)")
        counts.kept += 1
      } else {
        #expect(values == free.parameters.values(entry.range), "\(entry.name)")
        counts.learned += values == start.parameters.values(entry.range) ? 0 : 1
      }
    }
    #expect(counts.kept > 10 && counts.learned > 50, "\(counts)")
    #expect(
      frozen.table.entries.filter { $0.role == .frozen }.allSatisfy { $0.name.firstMatch(of: /^model\.[0-4]\./) != nil }
    )
  }

  @Test func `keep them under orthogonalised steps, too`() throws {
    var plan = `The trainer`.plan
    plan.frozenRows = 5
    plan.method = .muon
    let trainer = try `The trainer`.trainer(plan),
      start = trainer.table.entries.filter { $0.role == .frozen }.map {
        trainer.parameters.values($0.range)
      }
    try trainer.run(until: 3) { $0.terms.sum.isFinite }
    #expect(trainer.table.entries.filter { $0.role == .frozen }.map { trainer.parameters.values($0.range) } == start)
  }
}
