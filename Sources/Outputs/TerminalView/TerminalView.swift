import FFmpeg
import Glibc
import Imaging
import Scene
import Synchronization

/// Shows frames in the terminal behind standard output: two pixels a character, boxes in the colours of their classes, and
/// labels as text.
///
/// Video takes the whole screen, and what was there comes back at the end; frames that come sooner than the eye needs are left
/// out. Stills are printed one below the other.
final class TerminalView: Sink {
  static func kind(hasAllColours: Bool) -> SinkKind {
    SinkKind("view", "Frames in the terminal.", target: "terminal", needs: .pixels) { _, context throws(OutputError) in
      try TerminalView(context, hasAllColours: hasAllColours)
    }
  }

  /// Seconds between two frames on the screen: terminals are slow, and connections to them slower.
  private static let interval = 1.0 / 15

  private let context: SinkContext
  private let hasAllColours: Bool
  private var file: LineFile
  private var importer = FrameImport()
  private var lastShown = -Double.infinity
  private var hasEntered = false

  /// Whether the terminal shows the other screen.
  private static let isOpen = Atomic(false)
  /// The end of the process leaves it, too: a second signal exits while the view is in use.
  private static let leavesAtExit: Void = {
    atexit {
      guard TerminalView.isOpen.exchange(false, ordering: .relaxed) else { return }
      print(TerminalView.leaving, terminator: "")
    }
  }()

  private init(_ context: SinkContext, hasAllColours: Bool) throws(OutputError) {
    self.context = context
    self.hasAllColours = hasAllColours
    file = try LineFile(path: "-", context)
  }

  deinit {
    // A run that failed has not come to `finish`.
    if Self.isOpen.exchange(false, ordering: .relaxed) { try? file.append(Self.leaving) }
  }

  func take(_ frame: SinkFrame) throws(OutputError) {
    guard let pixels = frame.pixels else { return }
    let size = Self.terminalSize()
    guard context.isVideo else {
      return try file.append(
        try screen(of: pixels.buffer, frame.findings, columns: size.columns, rows: size.rows) + "\n")
    }
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    let now = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    guard now - lastShown >= Self.interval else { return }
    lastShown = now
    let text = try screen(of: pixels.buffer, frame.findings, columns: size.columns, rows: size.rows)
    if !hasEntered {
      hasEntered = true
      Self.leavesAtExit
      Self.isOpen.store(true, ordering: .relaxed)
      try file.append(Self.entering)
    }
    try file.append(Self.home + text)
  }

  func finish() throws(OutputError) {
    if Self.isOpen.exchange(false, ordering: .relaxed) { try file.append(Self.leaving) }
  }

  /// The screen of `columns` by `rows` characters that shows `pixels` and what was found on it, with a line about it below.
  private func screen(
    of pixels: borrowing PixelBuffer, _ findings: FrameFindings, columns: Int, rows: Int
  ) throws(OutputError) -> String {
    let room = (width: max(columns, 8), height: max(rows - 1, 4) * 2)
    let scale = min(
      Double(room.width) / Double(pixels.layout.width), Double(room.height) / Double(pixels.layout.height))
    let width = max(2, Int(Double(pixels.layout.width) * scale) & ~1)
    let height = max(2, Int(Double(pixels.layout.height) * scale) & ~1)
    var grid: CharacterGrid
    do throws(FFmpegError) {
      let frame = try importer.frame(pixels, format: .rgb24, width: width, height: height)
      grid = CharacterGrid(frame)
    } catch {
      throw OutputError(.writeFailed, "cannot show a frame: \(error)", cause: error)
    }
    for (detection, identity) in findings.shown {
      let box = detection.box, colour = ClassPalette.all[ClassPalette.index(detection.classID)]
      grid.draw(
        left: Int(Double(box.minX) * scale), top: Int(Double(box.minY) * scale), right: Int(Double(box.maxX) * scale),
        bottom: Int(Double(box.maxY) * scale), colour,
        label: context.classes[detection.classID] + (identity.map { " #\($0)" } ?? ""))
    }
    return grid.text(hasAllColours: hasAllColours) + summary(of: findings, columns: columns)
  }

  /// `camera  12.4 s  2 person, 1 car`.
  private func summary(of findings: FrameFindings, columns: Int) -> String {
    var counts: [Int: Int] = [:]
    for detection in findings.detections { counts[detection.classID, default: 0] += 1 }
    let found = counts.sorted { $0.key < $1.key }.map { "\($0.value) \(context.classes[$0.key])" }
    // Times in a file can be arbitrary.
    let tenths = Int((min(max(findings.stamp.seconds, -1e12), 1e12) * 10).rounded())
    let text = "\(context.camera)  \(tenths / 10).\(abs(tenths % 10)) s  \(found.joined(separator: ", "))"
    return "\u{1B}[0m" + String(text.prefix(max(columns - 1, 0))) + "\u{1B}[K"
  }

  /// Columns and rows of the terminal behind standard output; 80 by 24 if it does not say.
  private static func terminalSize() -> (columns: Int, rows: Int) {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0, size.ws_row > 0 else {
      return (80, 24)
    }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// To the upper left corner.
  private static let home = "\u{1B}[H"
  /// To the other screen, cursor hidden, and back.
  private static let entering = "\u{1B}[?1049h\u{1B}[?25l\u{1B}[2J"
  private static let leaving = "\u{1B}[0m\u{1B}[?25h\u{1B}[?1049l"
}

extension FrameFindings {
  /// What is drawn: tracks with their identities, and detections of no track.
  fileprivate var shown: [(Detection, Int?)] {
    visibleTracks.map { ($0.detection, $0.id) } + untracked.map { ($0, nil) }
  }
}
