import Foundation
import Testing

@testable import FFmpeg

/// What an input refers to is not opened: neither by its container, nor by its address, nor by its name.
@Suite struct AllowListTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Files that name another one, in the ways that libav has.
  private func references(to clip: String) -> [(name: String, text: String)] {
    [
      ("list.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n\(clip)\n#EXT-X-ENDLIST\n"),
      ("address.m3u8", "#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\nfile://\(clip)\n#EXT-X-ENDLIST\n"),
      ("list.ffconcat", "ffconcat version 1.0\nfile '\(clip)'\n"),
      ("list.txt", "ffconcat version 1.0\nfile '\((clip as NSString).lastPathComponent)'\n"),
      (
        "manifest.mpd",
        """
        <?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static" mediaPresentationDuration="PT2S"
        profiles="urn:mpeg:dash:profile:isoff-main:2011"><Period><AdaptationSet mimeType="video/mp4"><Representation id="1"
        bandwidth="1"><BaseURL>\(clip)</BaseURL></Representation></AdaptationSet></Period></MPD>
        """
      ),
      ("session.sdp", "v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 9 RTP/AVP 33\n"),
    ]
  }

  /// A clip in MPEG-TS, which every kind of playlist takes.
  private func clip() throws -> String {
    let path = folder.path("part.ts")
    try Clip().write(to: folder.path("clip.mp4"))
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["ffmpeg", "-v", "error", "-i", folder.path("clip.mp4"), "-c:v", "mpeg2video", path]
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    return path
  }

  @Test func `a file that names another one does not have it opened`() throws {
    let clip = try clip()
    #expect(try Reading(.file(clip)).frames.count > 0)
    for (name, text) in references(to: clip) {
      let path = folder.path(name)
      try Data(text.utf8).write(to: URL(filePath: path))
      let error = #expect(throws: FFmpegError.self, "\(name)") { _ = try Reading(.file(path)) }
      #expect(error?.code == .invalidData && error?.message.contains(name) == true, "\(error as Any)")
    }
  }

  @Test func `nor does one that comes through a pipe`() throws {
    let clip = try clip()
    for (name, text) in references(to: clip) {
      let pipe = Pipe()
      pipe.fileHandleForWriting.write(Data(text.utf8))
      pipe.fileHandleForWriting.closeFile()
      #expect(throws: FFmpegError.self, "\(name)") {
        _ = try Reading(.pipe(pipe.fileHandleForReading.fileDescriptor), timeout: 5)
      }
    }
  }

  @Test func `without the list libav would open them`() throws {
    // What this suite claims must be able to fail: the same files, opened as libav is by others.
    let clip = try clip()
    var opened = 0
    for (name, text) in references(to: clip) where name != "session.sdp" {
      let path = folder.path(name)
      try Data(text.utf8).write(to: URL(filePath: path))
      let process = Process()
      process.executableURL = URL(filePath: "/usr/bin/env")
      process.arguments = [
        "ffmpeg", "-v", "quiet", "-safe", "0", "-i", path, "-frames:v", "1", "-f", "null", "-",
      ]
      if !name.contains("concat"), name != "list.txt" { process.arguments?.removeAll { ["-safe", "0"].contains($0) } }
      process.standardInput = FileHandle.nullDevice
      try process.run()
      process.waitUntilExit()
      if process.terminationStatus == 0 { opened += 1 }
    }
    #expect(opened >= 3)
  }

  @Test(arguments: ["a%03d.jpg", "a*.jpg", "a{1,2}.jpg"])
  func `a name is a name and no pattern`(name: String) throws {
    for number in ["001", "002"] {
      try Data([0xFF, 0xD8, 0xFF]).write(to: URL(filePath: folder.path("a\(number).jpg")))
    }
    let error = #expect(throws: FFmpegError.self) { _ = try Reading(.file(folder.path(name))) }
    #expect([.notFound, .invalidData].contains(error?.code), "\(error as Any)")
  }

  @Test func `each kind of address has its own protocols`() {
    func protocols(_ input: Demuxer.Input, takesPlaylists: Bool = false) -> Set<String> {
      Set(
        (AllowList.options(for: input, takesPlaylists: takesPlaylists)["protocol_whitelist"] ?? "").split(
          separator: ","
        ).map(String.init))
    }
    #expect(protocols(.file("x")) == ["file"] && protocols(.pipe(0)) == ["none"])
    #expect(protocols(.address("tcp://h:1")) == ["tcp"] && protocols(.address("udp://h:1")) == ["udp"])
    for address in ["rtsp://h/x", "rtsps://h/x", "http://h/x", "https://h/x", "rtmp://h/x", "srt://h:1", "rtp://h:1"] {
      let list = protocols(.address(address), takesPlaylists: true)
      for local in ["file", "pipe", "data", "concat", "subfile", "unix", "crypto+file", "ftp", "fd", "cache"] {
        #expect(!list.contains(local), "\(address): \(local)")
      }
    }
    let plain = AllowList.options(for: .address("http://h/x"), takesPlaylists: false)["format_whitelist"] ?? ""
    #expect(!plain.split(separator: ",").contains("hls"))
    #expect(AllowList.isPlaylist("http://h/live.M3U8?token=x") && !AllowList.isPlaylist("http://h/live.mp4?x=.m3u8"))
  }
}
