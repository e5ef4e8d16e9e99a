import FFmpeg
import TestSupport
import Testing

@testable import Capture

@Suite struct ContinuedAudioTests {
  @Test(arguments: [(48_000, true), (16_000, false)])
  func `audio of another connection goes on if it has as many samples per second`(rate: Int, goesOn: Bool) throws {
    let folder = try ScratchFolder()
    func queue(_ rate: Int) throws -> PacketQueue {
      let path = "\(folder.path)/\(rate).mka"
      try FFmpegTool.run(["-f", "lavfi", "-i", "sine=duration=0.5", "-ar", String(rate), "-c:a", "aac", path])
      var demuxer = try Demuxer(.file(path))
      let queue = PacketQueue(streams: demuxer.streams)
      while case .packet(let packet) = try demuxer.read() { queue.append(packet) }
      return queue
    }
    let audio = ContinuedAudio(like: try queue(48_000))
    audio.pass(from: try queue(rate), later: 1)
    #expect(audio.queue.takeAll().isEmpty != goesOn)
  }
}
