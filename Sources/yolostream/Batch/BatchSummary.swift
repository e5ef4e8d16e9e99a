import Batch
import Outputs
import Scene

/// What is printed when a batch is over.
enum BatchSummary {
  /// What was done, found, written, and what was not as it should be.
  static func text(_ report: BatchReport, plan: BatchPlan, elapsed: Double) -> String {
    let share = (plan.shard.map { ", shard \($0)" } ?? "") + (plan.part.map { ", part \($0) of each" } ?? "")
    var parts = ["\(report.finished.count + report.skipped.count) done"]
    if !report.skipped.isEmpty { parts[0] += " (\(report.skipped.count) before)" }
    if !report.damaged.isEmpty { parts.append("\(report.damaged.count) damaged") }
    if !report.failures.isEmpty { parts.append("\(report.failures.count) failed") }
    let remaining = report.total - report.overCount
    if remaining > 0 { parts.append("\(remaining) not done") }
    let frames = report.finished.reduce(0) { $0 + $1.frames }
    var lines = [
      "\(report.total.counted("input"))\(share): \(parts.joined(separator: ", ")); \(frames.counted("frame")) in "
        + "\(elapsed.text(2)) s, \((Double(frames) / max(elapsed, 1e-9)).text(1)) frames/s"
    ]
    let found = report.found.sorted { ($1.value.frames, $0.key) < ($0.value.frames, $1.key) }
    let width = min(24, found.map(\.key.count).max() ?? 0)
    lines += found.map { name, found in
      // Without a track: images, or objects in too few frames in a row.
      let tracks = found.tracks > 0 ? "\(found.tracks.counted("track")), " : ""
      return "  \(name.padded(width)) \(tracks)in \(found.frames.counted("frame"))"
    }
    if found.isEmpty, plan.part == nil, report.overCount > 0 { lines.append("  nothing was found") }
    if report.overCount > 0 {
      lines.append("  written to \(plan.folder): \(plan.formats.map(\.name).joined(separator: ", "))")
    }
    for record in report.damaged {
      lines.append("  damaged: \(BatchProgress.named(record.source.path, record.damage[0]))")
    }
    if !report.failures.isEmpty {
      lines += report.failures.prefix(20).map { "  failed: \($0.reason)" }
      lines.append("  all that failed: \(plan.failureList); --resume tries these again")
    }
    return lines.joined(separator: "\n")
  }
}
