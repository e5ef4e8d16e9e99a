import Foundation

/// Chromium without a window, told what to do by its own protocol (DevTools over a pipe).
final class Browser {
  static let path = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private let folder = FileManager.default.temporaryDirectory.appending(path: "browser-\(UUID().uuidString)")
  private let process = Process()
  private let orders: FileHandle
  private let answers: FileHandle
  private var read = Data()
  private var nextID = 1
  private var session: String?

  init(arguments: [String]) throws {
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    // The browser reads orders from descriptor 3 and answers on 4; a shell can put pipes there.
    let (there, back) = (folder.appending(path: "there").path, folder.appending(path: "back").path)
    guard mkfifo(there, 0o600) == 0, mkfifo(back, 0o600) == 0 else { throw POSIXError(.EIO) }
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments =
      [
        "-c", "exec \"$0\" \"$@\" 3<'\(there)' 4>'\(back)'", Self.path ?? "", "--headless", "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage", "--no-first-run", "--remote-debugging-pipe",
        "--user-data-dir=\(folder.path)/profile",
      ] + arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    guard let orders = FileHandle(forWritingAtPath: there), let answers = FileHandle(forReadingAtPath: back) else {
      throw POSIXError(.EIO)
    }
    (self.orders, self.answers) = (orders, answers)
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }

  /// Opens a page of `width` by `height` at `address`.
  func open(_ address: String, width: Int, height: Int, isDark: Bool) throws {
    let target = try call("Target.createTarget", ["url": "about:blank"])["targetId"] as? String ?? ""
    session = try call("Target.attachToTarget", ["targetId": target, "flatten": true])["sessionId"] as? String
    _ = try call(
      "Emulation.setDeviceMetricsOverride",
      ["width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600])
    _ = try call(
      "Emulation.setEmulatedMedia",
      ["features": [["name": "prefers-color-scheme", "value": isDark ? "dark" : "light"]]])
    _ = try call("Page.navigate", ["url": address])
  }

  /// The value of `script` in the page.
  func value(of script: String) throws -> Any? {
    let result = try call("Runtime.evaluate", ["expression": script, "returnByValue": true, "awaitPromise": true])
    return (result["result"] as? [String: Any])?["value"]
  }

  /// Waits until `condition` holds in the page; `false` if it does not within `seconds`.
  func wait(for condition: String, seconds: Int = 120) throws -> Bool {
    let script = """
      new Promise((resolve) => {
        const end = performance.now() + \(seconds) * 1000;
        const look = () => {
          if (\(condition)) resolve(true);
          else if (performance.now() > end) resolve(false);
          else setTimeout(look, 50);
        };
        look();
      })
      """
    return try value(of: script) as? Bool ?? false
  }

  /// What the page looks like, as a PNG.
  func screenshot() throws -> Data {
    Data(base64Encoded: try call("Page.captureScreenshot", ["format": "png"])["data"] as? String ?? "") ?? Data()
  }

  private func call(_ method: String, _ parameters: [String: Any]) throws -> [String: Any] {
    let id = nextID
    nextID += 1
    var order: [String: Any] = ["id": id, "method": method, "params": parameters]
    order["sessionId"] = session
    try orders.write(contentsOf: JSONSerialization.data(withJSONObject: order) + [0])
    while let answer = try message() {
      guard answer["id"] as? Int == id else { continue }
      guard let result = answer["result"] as? [String: Any] else { throw POSIXError(.EPROTO) }
      return result
    }
    throw POSIXError(.EPIPE)
  }

  private func message() throws -> [String: Any]? {
    while true {
      if let end = read.firstIndex(of: 0) {
        defer { read = Data(read[read.index(after: end)...]) }
        return try JSONSerialization.jsonObject(with: read[..<end]) as? [String: Any]
      }
      let more = answers.availableData
      if more.isEmpty { return nil }
      read += more
    }
  }
}
