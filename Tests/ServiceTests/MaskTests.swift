import Capture
import Foundation
import Imaging
import TestSupport
import Testing

@testable import Service

/// Privacy masks on what is made of packets.
@Suite(.serialized, .ownThread) struct MaskTests {
  /// The brightest cell of the masked quarter and of all else, over all frames of a video.
  private func brightest(_ path: String) throws -> (masked: UInt8, other: UInt8, frames: Int) {
    let source = try SourceAddress(.video(path: path)).open()
    var (masked, other, frames) = (UInt8(0), UInt8(0), 0)
    while case .frame(let frame) = try source.next() {
      let grid = LumaGrid(frame.pixels)
      for (index, level) in grid.levels.enumerated() {
        let (row, column) = (index / grid.columns, index % grid.columns)
        if row + 1 < grid.rows / 2, column + 1 < grid.columns / 2 {
          masked = max(masked, level)
        } else {
          other = max(other, level)
        }
      }
      frames += 1
    }
    return (masked, other, frames)
  }

  @Test func `recordings and the live view of a camera with masks show nothing behind them`() async throws {
    let video = try TestClip.walk.file.path
    let service = try await RunningService(
      cameras: "  yard: {url: \"\(video)\", privacy_masks: [[[0, 0], [0.5, 0], [0.5, 0.5], [0, 0.5]]], "
        + "record: {continuous: 1d}}", storage: ", min_free: 0")
    let live = service.folder.appending(path: "live.mp4")
    #expect(waiting { (try? service.get("/live/yard/index.m3u8").status) == 200 })
    let cameras = String(decoding: try service.get("/api/v1/cameras").body, as: UTF8.self)
    #expect(cameras.contains("\"hls\":true"), "\(cameras)")
    let pieces = try ["0.mp4", "0.m4s"].map { try service.get("/live/yard/\($0)").body }
    try Data(pieces.joined()).write(to: live)
    try await service.stop()
    let files = FileManager.default.enumerator(atPath: service.folder.path)?.compactMap { $0 as? String } ?? []
    let recordings = files.filter { $0.hasPrefix("media/") && $0.hasSuffix(".mp4") }
    #expect(!recordings.isEmpty)
    for path in ["live.mp4"] + recordings {
      let found = try brightest(service.folder.appending(path: path).path)
      #expect(found.frames > 10 && found.masked < 24 && found.other > 100, "\(path): \(found)")
    }
  }
}
