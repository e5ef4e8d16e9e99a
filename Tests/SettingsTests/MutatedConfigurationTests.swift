import TestSupport
import Testing

@testable import Settings

/// Bent configurations are read or refused with a place, never a crash.
@Suite struct MutatedConfigurationTests {
  private static let corpus = [
    ServiceConfiguration.example,
    """
    version: 1
    model: {path: m.pt, imgsz: 384x640, workers: 2}
    defaults: &d {detect: {fps: 10, conf: 25%, motion: {gate: true}}, track: {buffer: 2s}}
    cameras:
      yard: {url: "rtsp://u:${FRONT_PASSWORD}@h/x", zones: {lawn: {points: [[0, 0], [1, 0], [1, 1]], loiter: 10s}}}
      gate: {url: "test:64x64@5", lines: {in: {from: [0.1, 0.5], to: [0.9, 0.5]}}, enabled: false}
    outputs: {storage: {path: /m, max_age: 7d, max_size: 20GB}, events: {jsonl: {path: e.jsonl, rotate: 100MB}}}
    http: {listen: "[::1]:8080"}
    """, "version: 1\ncameras: {a: *x}\nx: &x [1, 2, it's, &b [l]]\n", "? [a, b]\n: !!set {x, y}\n--- |\n  text\n...\n",
  ]

  @Test func `bent configurations are read or refused with their line`() throws {
    try Mutations.each(of: Self.corpus, name: "configuration", usual: 500) { seed, bytes in
      do throws(ConfigurationError) {
        _ = try ServiceConfiguration(
          yaml: String(decoding: bytes, as: UTF8.self), path: "c.yml", environment: ["FRONT_PASSWORD": "hush-hush"])
      } catch {
        #expect(error.description.hasPrefix("c.yml") && !error.description.contains("hush-hush"), "seed \(seed)")
      }
    }
  }
}
