import Capture
import JSON
import Outputs

/// Where a server listens.
package struct ListenAddress: Hashable, Sendable, CustomStringConvertible {
  /// A name or an address of this machine.
  package let host: String
  /// 0 takes any that is free.
  package let port: Int

  package init(host: String, port: Int) {
    self.host = host
    self.port = port
  }

  /// Whether only this machine can reach it.
  package var isLoopback: Bool {
    if host == "localhost" || host == "::1" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    return parts.count == 4 && parts[0] == 127 && !parts.contains(nil)
  }

  /// `host:port`, as a URL has it.
  package var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
}

/// Size of a network's input in pixels.
package struct FrameSize: Hashable, Sendable {
  /// Columns.
  package var width: Int
  /// Rows.
  package var height: Int

  /// What `init(parsing:)` takes, in words.
  package static let form = "32 to 8192, or HxW such as 384x640"

  /// Reads `640`, or `384x640` for rows by columns; `nil` for anything else, and for sides outside 32...8192.
  package init?(parsing text: String) {
    let sides = text.lowercased().split(separator: "x", omittingEmptySubsequences: false).map { Int($0) }
    guard let height = sides[0], let width = sides.last ?? nil, sides.count <= 2, (32...8192).contains(height),
      (32...8192).contains(width)
    else { return nil }
    (self.width, self.height) = (width, height)
  }
}

extension SettingKind where Value == ListenAddress {
  /// `host:port`.
  static var listenAddress: SettingKind {
    parsed(
      "\"type\":\"string\",\"pattern\":\("^.+:[0-9]+$".json)",
      "an address and a port such as 127.0.0.1:8080 or [::1]:8080"
    ) { text in
      guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...]) else {
        return nil
      }
      var host = text[..<colon]
      if host.hasPrefix("["), host.hasSuffix("]") { host = host.dropFirst().dropLast() }
      return host.isEmpty ? nil : ListenAddress(host: String(host), port: Int(port))
    }
  }
}

extension SettingKind where Value == FrameSize {
  /// `640`, or `384x640` for rows by columns.
  static var inputSize: SettingKind {
    parsed(
      "\"anyOf\":[{\"type\":\"integer\",\"minimum\":32,\"maximum\":8192},"
        + "{\"type\":\"string\",\"pattern\":\("^[0-9]+x[0-9]+$".json)}]", FrameSize.form, FrameSize.init(parsing:))
  }
}

extension SettingKind where Value == PushAddress? {
  /// An address of a receiver, or a playlist.
  static var pushAddress: SettingKind {
    .optional(.parsed("\"type\":\"string\",\"minLength\":1", PushAddress.forms) { PushAddress(parsing: $0) })
  }
}

extension SettingKind where Value == SourceAddress? {
  /// The address of a video source. A file that does not exist may be created later, so it is no error here.
  static var sourceAddress: SettingKind {
    .optional(
      .parsed(
        "\"type\":\"string\",\"minLength\":1",
        "an address such as rtsp://192.0.2.5/stream, a device such as /dev/video0, or a file"
      ) { text in
        guard !text.isEmpty, text != "-" else { return nil }
        do throws(CaptureError) { return try SourceAddress(parsing: text) } catch {
          return error.code == .invalidAddress ? nil : SourceAddress(.video(path: text))
        }
      })
  }
}
