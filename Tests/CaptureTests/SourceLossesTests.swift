import FFmpeg
import Testing

@testable import Capture

@Suite struct SourceLossesTests {
  @Test(arguments: [FFmpegError.Code.invalidData, .invalidArgument, .other(5)])
  func `a frame that cannot be decoded is counted`(code: FFmpegError.Code) throws {
    var losses = SourceLosses()
    try losses.countDamage(FFmpegError(code, "cannot decode a frame"))
    #expect(losses.damagedPackets == 1 && losses.withheldFrames == 1)
  }

  @Test(arguments: [FFmpegError.Code.outOfMemory, .unsupported, .interrupted])
  func `what no later frame can be free of is not swallowed`(code: FFmpegError.Code) {
    var losses = SourceLosses()
    let error = #expect(throws: FFmpegError.self) {
      try losses.countDamage(FFmpegError(code, "cannot decode a frame"))
    }
    #expect(error?.code == code && losses == SourceLosses())
  }
}
