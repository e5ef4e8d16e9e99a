import Checkpoints
package import Foundation
package import GELAN

extension Trainer {
  /// The position of a run; everything else in a checkpoint is tensors.
  struct State: Codable {
    var iteration: Int
    var lastStep: Int
    var steps: Int
    var updates: Int
    /// Batches in an epoch.
    var batches: Int?
    var network: String
    var classNames: [String]
    var bestFitness: Double?
    var bestEpoch: Int?
    /// Batches that the running statistics average over.
    var statisticsAge: Int?

    /// Whether a run can have reached this position.
    var isPossible: Bool {
      let counts = [iteration, lastStep + 1, steps, updates, batches ?? 1, bestEpoch ?? 0, statisticsAge ?? 0]
      return counts.allSatisfy { (0...Int(Int32.max)).contains($0) } && lastStep <= iteration
    }
  }

  /// Writes weights, average, momentum and position to `file` atomically.
  package func save(to file: URL) throws(TrainingError) {
    var entries: [SafetensorsFile.Entry] = []
    for (prefix, buffer) in buffers {
      for entry in table.entries where prefix != "momentum/" || entry.role != .statistic {
        entries.append(
          .init(
            name: prefix + entry.name, tensor: WeightTensor(shape: entry.shape, values: buffer.values(entry.range))))
      }
    }
    let state = State(
      iteration: iteration, lastStep: lastStep, steps: optimizer.steps, updates: average.updates,
      batches: schedule.batchesPerEpoch, network: network.name, classNames: data.classNames,
      bestFitness: best?.fitness, bestEpoch: best?.epoch, statisticsAge: statisticsAge)
    do {
      let text = String(decoding: try JSONEncoder().encode(state), as: UTF8.self)
      let names = String(decoding: try JSONEncoder().encode(data.classNames), as: UTF8.self)
      try SafetensorsFile.write(
        entries, metadata: ["training": text, "names": names, "activation": network.activation.name], to: file.path)
    } catch {
      throw TrainingError(.cannotWrite, "the checkpoint \(file.path) could not be written", cause: error)
    }
  }

  /// Resumes from a checkpoint of the same network: the losses that follow are those of an uninterrupted run.
  ///
  /// A run without auxiliary branch can also resume from a checkpoint with one, which is dropped.
  package func resume(from file: URL) throws(TrainingError) {
    do {
      let stored = try SafetensorsFile(path: file.path)
      let state = try JSONDecoder().decode(State.self, from: Data((stored.metadata["training"] ?? "").utf8))
      guard state.isPossible else {
        throw TrainingError(.unusableCheckpoint, "\(file.path) states a position that no run can reach")
      }
      let batches = schedule.batchesPerEpoch
      guard state.batches ?? batches == batches else {
        throw TrainingError(
          .unusableCheckpoint,
          "\(file.path) is of a run with \(state.batches ?? 0) batches an epoch, this one has \(batches): expected the "
            + "same data and the same batch")
      }
      let trained = plan.network.mainBranchNames
      let dropsBranch = !network.isDual && state.network == plan.network.name && plan.network.isDual
      guard state.network == network.name || dropsBranch, state.classNames == data.classNames else {
        throw TrainingError(
          .unusableCheckpoint,
          "\(file.path) holds \(state.network) with \(state.classNames.count) classes, the run trains \(network.name) "
            + "with \(data.classNames.count)")
      }
      for (prefix, buffer) in buffers {
        for entry in table.entries where prefix != "momentum/" || entry.role != .statistic {
          let name = prefix + (dropsBranch ? trained.original(of: entry.name) : entry.name)
          guard let tensor = stored.tensors[name], tensor.shape == entry.shape else {
            throw TrainingError(.unusableCheckpoint, "\(file.path) lacks \(name) or has it in another shape")
          }
          buffer.write(try tensor.floats(), at: entry.range.lowerBound)
        }
      }
      restore(state)
    } catch let error as TrainingError {
      throw error
    } catch {
      throw TrainingError(.unusableCheckpoint, "the checkpoint \(file.path) could not be read", cause: error)
    }
  }

  var buffers: [(String, FloatBuffer)] {
    [("", parameters), ("average/", average.values), ("momentum/", optimizer.momentum)]
  }

  /// The averaged network without its auxiliary branch, folded: what is validated and deployed.
  package func inferenceModel() throws(TrainingError) -> InferenceModel {
    let tensors = table.entries.map {
      ($0.name, WeightTensor(shape: $0.shape, values: average.values.values($0.range)))
    }
    do throws(ModelError) {
      return try InferenceModel(
        training: WeightStore(Dictionary(uniqueKeysWithValues: tensors)), of: network, classNames: data.classNames)
    } catch {
      throw TrainingError(.compute, "the weights could not be folded for inference", cause: error)
    }
  }

  /// Writes `inferenceModel()` in half precision, ready for inference.
  package func writeModel(to file: URL) throws(TrainingError) {
    var model = try inferenceModel()
    model.imageSize = plan.side
    do throws(ModelError) {
      try model.write(
        to: file.path, elementType: .float16, licence: nil, origin: "trained for \(iteration) iterations")
    } catch {
      throw TrainingError(.cannotWrite, "the model \(file.path) could not be written", cause: error)
    }
  }
}
