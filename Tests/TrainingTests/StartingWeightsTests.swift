import Checkpoints
import Foundation
import GELAN
import Testing

@testable import Training

@Suite(.serialized) struct `A run from the weights of a file` {
  private static func plan(_ network: String = "yolov9-p") throws -> TrainingPlan {
    var plan = `The trainer`.plan
    plan.network = try #require(NetworkSpec.named(network))
    plan.augmentation = .none
    return plan
  }

  private static func trainer(_ plan: TrainingPlan, classes: [String]) throws -> Trainer {
    let samples = (0..<8).map { number in
      // The scene names red and blue; these are their places among `classes`.
      let objects = `The trainer`.scene(number).objects.map { object in
        var object = object
        object.classID = classes.firstIndex(of: ["red", "blue"][object.classID]) ?? 0
        return object
      }
      return Dataset.Sample(path: "\(number)", objects: objects)
    }
    return try Trainer(plan, data: Dataset(classNames: classes, samples: samples, problems: [])) {
      Int($0).map { `The trainer`.scene($0).image }
    }
  }

  private static func firstLoss(_ trainer: Trainer) throws -> Float {
    var loss: Float = 0
    try trainer.run(until: 1) {
      loss = $0.terms.sum
      return true
    }
    return loss
  }

  @Test(arguments: [NetworkSpec.Auxiliary.branch, .none])
  func `begins with what the file holds, other classes, other order or without the branch`(
    auxiliary: NetworkSpec.Auxiliary
  ) throws {
    let folder = try TrainerFolder()
    var plan = try Self.plan()
    let first = try Self.trainer(plan, classes: ["red", "blue"])
    try first.run(until: 12, files: folder.files) { _ in true }
    plan.auxiliary = auxiliary
    let resumed = try Self.trainer(plan, classes: ["red", "blue"])
    try resumed.resume(from: folder.files.checkpoint)
    let weights = try StartingWeights(path: folder.files.checkpoint.path)
    #expect(weights.network.name == "yolov9-p")
    #expect(weights.classNames == ["red", "blue"])
    plan.network = weights.network
    let same = try Self.trainer(plan, classes: ["red", "blue"])
    #expect(try same.begin(with: weights).isEmpty)
    #expect(same.iteration == 0)
    #expect(same.parameters.values(0..<same.table.count) == resumed.parameters.values(0..<resumed.table.count))
    #expect(same.average.values.values(0..<1000) == same.parameters.values(0..<1000))

    // A third class and another order: red and blue keep their rows, and so their outputs; green is new.
    let more = try Self.trainer(plan, classes: ["blue", "green", "red"])
    #expect(try more.begin(with: weights) == ["green"])
    let (few, many) = (try same.inferenceModel(), try more.inferenceModel())
    let name = try #require(few.weights.tensors.keys.first { $0.hasSuffix("cv3.0.2.bias") })
    let old = try #require(few.weights[name]?.values), new = try #require(many.weights[name]?.values)
    #expect([new[0], new[2]] == [old[1], old[0]])
    #expect(try Self.firstLoss(more).isFinite)
  }

  @Test func `keeps the width of a head that was made for more classes`() throws {
    let folder = try TrainerFolder()
    let many = (0..<60).map { "class \($0)" }
    var plan = try Self.plan("gelan-t")
    plan.auxiliary = .none
    let first = try Self.trainer(plan, classes: many)
    try first.save(to: folder.files.checkpoint)
    let weights = try StartingWeights(path: folder.files.checkpoint.path)
    plan.network = weights.network
    let second = try Self.trainer(plan, classes: ["red", "class 3"])
    #expect(try second.begin(with: weights) == ["red"])
    let name = "model.22.cv3.0.1.conv.weight"
    let width = try #require(second.table[name])
    #expect(width.shape[0] == 120)
    #expect(second.parameters.values(width.range) == first.parameters.values(try #require(first.table[name]).range))
    try second.writeModel(to: folder.files.model)
    #expect(try InferenceModel(path: folder.files.model.path).classNames == ["red", "class 3"])
  }

  @Test(arguments: NetworkSpec.Auxiliary.allCases, ["checkpoint", "model"])
  func `gives the main branch to every auxiliary part, folded or not`(
    auxiliary: NetworkSpec.Auxiliary, kind: String
  ) throws {
    let folder = try TrainerFolder()
    // The layers of T's main branch have other numbers alone than beside the auxiliary one.
    var plan = try Self.plan(kind == "model" ? "yolov9-p" : "yolov9-t")
    plan.batch = 8
    plan.workers = 1
    let first = try Self.trainer(plan, classes: ["red", "blue"])
    try first.run(until: 2) { _ in true }
    let file = kind == "model" ? folder.files.model : folder.files.checkpoint
    if kind == "model" { try first.writeModel(to: file) } else { try first.save(to: file) }
    let weights = try StartingWeights(path: file.path)
    #expect(weights.network.name == plan.network.name)
    plan.network = weights.network
    plan.auxiliary = auxiliary
    let second = try Self.trainer(plan, classes: ["red", "blue"])
    #expect(try second.begin(with: weights).isEmpty)
    let expected = try InferenceModel(path: file.path).weights, started = try second.inferenceModel().weights
    #expect(started.tensors.keys == expected.tensors.keys)
    for (name, tensor) in expected.tensors {
      let largest = tensor.values.reduce(0) { max($0, abs($1)) }
      let error = zip(tensor.values, try #require(started[name]).values).reduce(0) { max($0, abs($1.0 - $1.1)) }
      #expect(error <= 2e-5 * max(largest, 1), "\(name)")
    }
  }

  @Test func `a folded file gets statistics back in which a batch changes nothing`() throws {
    let folder = try TrainerFolder()
    var plan = try Self.plan()
    plan.batch = 8
    plan.workers = 1
    let first = try Self.trainer(plan, classes: ["red", "blue"])
    try first.run(until: 12) { _ in true }
    try first.writeModel(to: folder.files.model)
    let weights = try StartingWeights(path: folder.files.model.path)
    plan.network = weights.network
    let second = try Self.trainer(plan, classes: ["red", "blue"])
    try second.begin(with: weights)
    let settled = weights.normalisationsWithoutStatistics(of: second.network)
    let means = second.table.entries.filter {
      $0.name.hasSuffix(".running_mean") && settled.contains(String($0.name.dropLast(".running_mean".count)))
    }
    #expect(means.count == settled.count && settled.count > 40)
    let before = means.map { second.parameters.values($0.range) }
    // The first step is one of the warm-up, and moves nothing; the same images come again.
    #expect(try Self.firstLoss(second).isFinite)
    for (entry, old) in zip(means, before) {
      for (now, old) in zip(second.parameters.values(entry.range), old) {
        #expect(abs(now - old) < 1e-5 * (1 + abs(old)), "\(entry.name)")
      }
    }
  }
}
