import Capture
import FFmpeg
import TestSupport
import Testing

/// Bent addresses are sources or refused, never a crash, and no password is in what is shown.
@Suite struct MutatedAddressTests {
  private static let corpus = [
    "rtsp://viewer:hush-hush@192.0.2.5:554/stream?channel=1#t", "RTSPS://[2001:db8::1]:322/x", "file:///a%20b/c.mp4",
    "test:640x360@25:100", "/dev/video0", "0", "-", "rtmp://viewer:hush-hush@h/live/key?x=1", "udp://@239.0.0.1:5000",
    "srt://h:9?streamid=a&passphrase=hush-hush", "http://viewer:hush-hush@h/a.m3u8", "a b.mp4", "folder/", "hls://x",
  ]

  @Test func `bent addresses are sources or refused`() throws {
    try Mutations.each(of: Self.corpus, name: "address", usual: 2000) { seed, bytes in
      let text = String(decoding: bytes, as: UTF8.self)
      _ = Redaction.redact(text)
      do throws(CaptureError) {
        let address = try SourceAddress(parsing: text)
        #expect(!"\(address.kind)".isEmpty)
      } catch { #expect(!error.message.isEmpty, "seed \(seed)") }
    }
  }

  @Test func `an address as it should be shows no password`() throws {
    for text in Self.corpus where text.contains("hush") { #expect(!Redaction.redact(text).contains("hush"), "\(text)") }
  }
}
