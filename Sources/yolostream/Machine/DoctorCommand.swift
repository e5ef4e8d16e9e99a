import ArgumentParser
import Checkpoints
import Diagnosis
import Foundation
import GELAN
import Inference
import ModelStore
import Outputs
import Scene
import Settings

/// `yolostream doctor`: checks this machine and gives advice.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor", abstract: "Check this machine: processor, speed, FFmpeg, cameras, ports, space.",
    discussion: """
      The speed is measured with the model that comes with the package, at the first call on a machine. Passwords and \
      tokens are left out, so the output may be shown to others.
      Examples:
        yolostream doctor
        yolostream doctor -c /etc/yolostream/yolostream.yml --json

      Exit codes: 0 all that is needed works, 69 something does not.
      """)

  @Option(
    name: [.short, .long], help: ArgumentHelp("Check a configuration of 'serve' as well.", valueName: "file"))
  var config: String?

  @Flag(help: "Print JSON.") var json = false

  /// The JSON output.
  private struct Report: Encodable {
    let version: String
    let findings: [Finding]
  }

  func run() throws {
    var findings = [ProcessorFindings.instructions(), speed()] + MediaFindings.all() + CameraFindings.all()
    var port = 8080
    if let config {
      let environment = ServiceEnvironment(of: config)
      findings += environment.unreadable.map {
        Finding(
          "configuration", .notice, "cannot read \($0) as this user: variables in it count as missing",
          advice: "run as the user of the service, or as root")
      }
      do {
        let configuration = try ServiceConfiguration(path: config, environment: environment.variables)
        port = configuration.http.listen.port
        findings.append(
          Finding("configuration", .good, "\(config): good, \(configuration.cameras.count.counted("camera"))"))
        findings += places(of: configuration.outputs).map { $0.finding() }
      } catch {
        findings.append(
          Finding("configuration", .problem, "\(error)", advice: "mend it; 'yolostream config example' shows each key"))
      }
    }
    findings.append(PortFindings.listening(on: port))
    findings += [
      Place(FileManager.default.currentDirectoryPath, for: "results", wanted: 1_000_000_000),
      Place(ModelCache().folder, for: "models and measured speeds", wanted: 200_000_000),
      Place(FileManager.default.temporaryDirectory.path, for: "temporary files", wanted: 100_000_000),
    ].map { $0.finding() }
    findings.append(EnvironmentFindings.variables())

    let report = Report(version: ProgramVersion.current, findings: findings)
    try StandardOutput.write((json ? try report.jsonText(keys: .convertToSnakeCase) : text(findings)) + "\n")
    if findings.contains(where: { $0.state == .problem }) { throw ExitCode(69) }
  }

  /// Where a service with these outputs writes: recordings and events.
  private func places(of outputs: OutputSettings) -> [Place] {
    let recordings = outputs.storage.path.map { Place($0, for: "recordings", wanted: 10_000_000_000) }
    let events = outputs.eventLog.map { URL(filePath: $0).deletingLastPathComponent().path }
    return [recordings, events.map { Place($0, for: "events", wanted: 100_000_000) }].compactMap(\.self)
  }

  /// Times of the packaged model in all precisions.
  private func speed() -> Finding {
    do {
      let model = try InferenceModel(path: DefaultModel.path(of: nil))
      // As runs and the service do it: several frames at once, one thread each. Threads that share a frame wait for each other,
      // and on a busy machine one of them has often to wait.
      let options = Detector.Options()
      let choice = try PrecisionOption.automatic.choice(for: model, options)
      return ProcessorFindings.speed(
        choice, of: model, height: options.height, width: options.width, workers: DetectionArguments.usualThreads)
    } catch {
      let isMissing = (error as? ModelError)?.code == .unreadable
      return Finding(
        "speed", .problem, "\(error)", advice: isMissing ? "install the package again: its model is missing" : nil)
    }
  }

  private func text(_ findings: [Finding]) -> String {
    let isTerminal = isatty(STDOUT_FILENO) == 1
    let width = findings.map(\.area.count).max() ?? 0
    var lines = ["yolostream \(ProgramVersion.current)"]
    for finding in findings {
      let mark =
        switch finding.state {
        case .good: TextColour.paint("ok     ", .green, isTerminal: isTerminal)
        case .notice: TextColour.paint("notice ", .yellow, isTerminal: isTerminal)
        case .problem: TextColour.paint("PROBLEM", .red, isTerminal: isTerminal)
        }
      lines.append("\(mark)  \(finding.area.padded(width))  \(finding.fact)")
      if let advice = finding.advice { lines.append("".padded(11 + width) + "→ \(advice)") }
    }
    return lines.joined(separator: "\n")
  }
}
