import Foundation
import Synchronization
import Testing

@testable import FFmpeg

/// No message, no log line and no error contains a password.
@Suite struct RedactionTests {
  @Test(
    arguments: [
      ("rtsp://user:secret@10.0.0.5/sub", "rtsp://***@10.0.0.5/sub"),
      ("rtsp://user@10.0.0.5/sub", "rtsp://***@10.0.0.5/sub"),
      ("rtsp://10.0.0.5:554/sub?channel=1", "rtsp://10.0.0.5:554/sub?channel=1"),
      ("http://h/a?user=me&password=secret&x=1", "http://h/a?user=me&password=***&x=1"),
      ("http://h/a?TOKEN=secret", "http://h/a?TOKEN=***"),
      ("rtsp://user:se@cret@host/", "rtsp://***@host/"),
      ("rtsp://user:se/cret@host/x", "rtsp://***@host/x"),
      ("rtsp://[fe80::1]:554/a@b", "rtsp://[fe80::1]:554/a@b"),
      (
        "cannot open rtsp://a:secret@h/x, then http://b:secret@h/y: no",
        "cannot open rtsp://***@h/x, then http://***@h/y: no"
      ),
      ("'rtsp://a:secret@h/x' failed", "'rtsp://***@h/x' failed"),
      ("rtsp://admin:pa,secret@cam/", "rtsp://***@cam/"),
      ("'rtsp://admin:it's,secret@cam/x', then more", "'rtsp://***@cam/x', then more"),
      ("rtsp://h/a,http://b:secret@h/y", "rtsp://h/a,http://***@h/y"),
      ("http://h/a,b?token=secret", "http://h/a,b?token=***"),
      ("http://h/?access_token=secret&api_key=secret", "http://h/?access_token=***&api_key=***"),
      ("http://h/?monkey=1&next=http://b:secret@h/?pass=secret", "http://h/?monkey=1&next=http://***@h/?pass=***"),
      ("rtsp://h:554/user=me&password=secret&channel=1", "rtsp://h:554/user=me&password=***&channel=1"),
      ("rtsp://h/user=me_password=secret_channel=1_stream=0.sdp: no", "rtsp://h/user=me_password=***: no"),
      ("http://h/cgi?loginuse=me&loginpas=secret", "http://h/cgi?loginuse=me&loginpas=***"),
      (
        "srt://h:9000?streamid=secret&mode=caller&passphrase=secret",
        "srt://h:9000?streamid=***&mode=caller&passphrase=***"
      ),
      ("rtmp://h/live/secret: no answer", "rtmp://h/live/***: no answer"),
      ("rtmps://me:secret@h:443/app/secret?secret/1", "rtmps://***@h:443/app/***"), ("rtmp://h:1935", "rtmp://h:1935"),
      ("C:/clips/a.mp4 at 12:30", "C:/clips/a.mp4 at 12:30"), ("", ""), ("://", "://"), ("a://@", "a://***@"),
    ] as [(String, String)])
  func `credentials become stars and the rest stays`(text: String, clean: String) {
    #expect(Redaction.redact(text) == clean)
    #expect(!Redaction.redact(text).contains("secret"))
  }

  @Test func `errors say no password`() {
    let error = FFmpegError(.unreachable, "cannot open rtsp://user:secret@host/x: no answer")
    #expect(error.message == "cannot open rtsp://***@host/x: no answer")
    #expect("\(error)" == error.message)
    do { _ = try Demuxer(.address("rtsp://user:secret@127.0.0.1:9/x"), timeout: 2) } catch {
      #expect(!error.message.contains("secret") && error.message.contains("***@127.0.0.1"))
    }
  }

  @Test func `libav's own log lines say no password and are one line`() {
    let lines = Mutex<[String]>([])
    LogBridge.capture(.debug) { _, line in lines.withLock { $0.append(line) } }
    defer { LogBridge.capture(.error) { _, _ in } }
    do { _ = try Demuxer(.address("rtsp://user:secret@127.0.0.1:9/x"), timeout: 2) } catch {}
    let seen = lines.withLock { $0 }
    #expect(!seen.isEmpty)
    for line in seen { #expect(!line.contains("secret") && !line.contains("\n"), "\(line)") }
  }
}
