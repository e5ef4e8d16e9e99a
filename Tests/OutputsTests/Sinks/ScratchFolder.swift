import Foundation
import Outputs
import Scene

/// A folder of its own for a test, gone with it.
final class ScratchFolder {
  let url: URL

  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "outputs-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func path(_ name: String) -> String { url.appending(path: name).path }
  func text(_ name: String) throws -> String { try String(contentsOf: url.appending(path: name), encoding: .utf8) }
  func lines(_ name: String) throws -> [String] { try text(name).split(separator: "\n").map(String.init) }
}

extension FrameFindings {
  /// Frame `index` of 10 a second, 100 by 50 pixels, with `detections` that belong to `identities`.
  static func example(
    _ index: Int, _ detections: [Detection] = [], identities: [Int?] = [], ended: [Int] = [], file: String? = nil
  ) -> FrameFindings {
    let stamp = FrameStamp(index: index, seconds: Double(index) / 10, arrival: 0)
    var findings = FrameFindings(stamp: stamp, width: 100, height: 50, fileName: file, detections: detections)
    findings.identities = identities
    findings.endedIdentities = ended
    for (detection, identity) in zip(detections, identities) {
      if let identity { findings.tracks.append(Track(id: identity, detection: detection, firstSeen: 0, topScore: 0.9)) }
    }
    return findings
  }
}

extension Detection {
  static let dog = Detection(box: Box(minX: 10, minY: 5, maxX: 30.126, maxY: 25), score: 0.75, classID: 1)
  static let person = Detection(box: Box(minX: 50, minY: 0, maxX: 75, maxY: 50), score: 0.5, classID: 0)
}
