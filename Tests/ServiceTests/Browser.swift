import Foundation
import Testing

/// Headless Chromium, controlled by its own protocol (DevTools over a pipe).
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

  /// The value of `script` in the page; throws what the script throws.
  func value(of script: String) throws -> Any? {
    let result = try call("Runtime.evaluate", ["expression": script, "returnByValue": true, "awaitPromise": true])
    if let thrown = result["exceptionDetails"] { throw ScriptError(description: "\(script): \(thrown)") }
    return (result["result"] as? [String: Any])?["value"]
  }

  /// Loads the page again, and returns once it is there.
  func reload() throws {
    _ = try value(of: "window.isLeft = true")
    _ = try call("Page.reload", [:])
    // What is evaluated while one page goes and the next comes has no answer.
    let end = ContinuousClock.now + .seconds(60), isThere = "!window.isLeft && document.readyState === 'complete'"
    while (try? value(of: isThere) as? Bool) != true, ContinuousClock.now < end {}
  }

  struct ScriptError: Error, CustomStringConvertible {
    let description: String
  }

  /// Waits until `condition` holds in the page; `false` if it does not within `seconds`. A condition that throws, such as of an
  /// element that is not there yet, does not hold.
  func wait(for condition: String, seconds: Int = 60) throws -> Bool {
    let script = """
      new Promise((resolve) => {
        const end = performance.now() + \(seconds) * 1000;
        const holds = () => { try { return \(condition) } catch { return false } };
        const look = () => {
          if (holds()) resolve(true);
          else if (performance.now() > end) resolve(false);
          else setTimeout(look, 50);
        };
        look();
      })
      """
    return try value(of: script) as? Bool ?? false
  }

  /// Clicks an element, once it is there.
  func click(_ element: String) throws {
    try #require(try wait(for: "(\(element)) != null"), "\(element)")
    _ = try value(of: "\(element).click()")
  }

  /// Clicks at a point of the window.
  func click(x: Double, y: Double) throws {
    for type in ["mousePressed", "mouseReleased"] {
      _ = try call(
        "Input.dispatchMouseEvent", ["type": type, "x": x, "y": y, "button": "left", "buttons": 1, "clickCount": 1])
    }
  }

  /// Presses a key, by its name and its code: `n`, `ArrowRight`.
  func press(_ key: String, code: Int) throws {
    for type in [key.count == 1 ? "keyDown" : "rawKeyDown", "keyUp"] {
      var order: [String: Any] = ["type": type, "key": key, "windowsVirtualKeyCode": code]
      if key.count == 1, type == "keyDown" { order["text"] = key }
      _ = try call("Input.dispatchKeyEvent", order)
    }
  }

  /// Checks a view: nothing is wider than the window, and axe-core, if present, finds nothing.
  func checkView(_ name: String) throws {
    #expect(try value(of: "document.documentElement.scrollWidth <= window.innerWidth") as? Bool == true, "\(name)")
    if Self.axe != nil { #expect(try violations() == "", "\(name)") }
    #expect(try shoot(name))
  }

  /// Problems of the page for people with disabilities, as found by axe-core.
  func violations() throws -> String? {
    let script = try #require(Self.axe)
    _ = try value(of: script + ";0")
    return try value(
      of: """
        axe.run().then((found) => found.violations.map((each) =>
          each.id + ": " + each.nodes.map((node) => node.html.slice(0, 120)).join(" | ")).join("\\n"))
        """) as? String
  }

  /// The text of axe-core, which `.ci/install --tests` fetches.
  static let axe = try? String(
    contentsOf: URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../.build/axe/axe.min.js"),
    encoding: .utf8)

  /// Keeps what the page looks like in the folder that `YOLOSTREAM_SHOTS` names, for people to look at.
  func shoot(_ name: String) throws -> Bool {
    let image = try screenshot()
    if let folder = ProcessInfo.processInfo.environment["YOLOSTREAM_SHOTS"] {
      try image.write(to: URL(filePath: "\(folder)/\(name).png"))
    }
    return image.count > 8_000
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
