#if Full
import Foundation
import Outputs
import Training

/// The folder of a training run.
enum RunFolder {
  /// Creates `path` or, if it contains a run already, `path2`, `path3`, …
  static func make(_ path: String, mayExist: Bool) throws(OutputError) -> String {
    func hasRun(_ path: String) -> Bool {
      ["args.yaml", "log.csv", "last.safetensors"].contains { FileManager.default.fileExists(atPath: "\(path)/\($0)") }
    }
    var base = path
    while base.count > 1, base.hasSuffix("/") { base.removeLast() }
    var folder = base
    var number = 1
    while !mayExist, hasRun(folder) {
      number += 1
      folder = base + "\(number)"
    }
    try OutputFolder.make(folder)
    return folder
  }

  /// Writes the arguments to `args.yaml`. A failure to do so is ignored: it must not end a run.
  static func keepArguments(_ plan: TrainingPlan, data: String, network: String, in folder: String) {
    func quoted(_ text: String) -> String { "'\(text.replacing("'", with: "''"))'" }
    let rows: [(String, String)] = [
      ("command", quoted(CommandLine.arguments.joined(separator: " "))), ("data", quoted(data)),
      ("network", quoted(network)), ("epochs", "\(plan.epochs)"), ("imgsz", "\(plan.side)"), ("batch", "\(plan.batch)"),
      ("nominal-batch", "\(plan.nominalBatch)"), ("optimizer", "\(plan.method.rawValue)"),
      ("lr", "\(plan.learningRate)"), ("warmup", "\(plan.warmupEpochs)"), ("patience", "\(plan.patience)"),
      ("seed", "\(plan.seed)"), ("freeze", "\(plan.frozenRows)"), ("workers", "\(plan.workers)"),
      ("threads", "\(plan.threads)"),
      ("mosaic", "\(plan.augmentation.mosaic)"), ("mixup", "\(plan.augmentation.mixup)"),
      ("copy-paste", "\(plan.augmentation.copyPaste)"), ("scale", "\(plan.augmentation.scale)"),
      ("translate", "\(plan.augmentation.translate)"), ("close-mosaic", "\(plan.closeMosaic)"),
    ]
    let text = rows.map { "\($0.0): \($0.1)\n" }.joined()
    try? Data(text.utf8).write(to: URL(filePath: folder).appending(path: "args.yaml"))
  }
}
#endif
