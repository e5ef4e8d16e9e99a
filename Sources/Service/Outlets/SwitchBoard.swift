import Foundation
import Publishing
import Settings
import Synchronization

/// The switches of one camera.
struct CameraSwitches: Sendable {
  private let camera: String
  private let board: SwitchBoard?

  /// The switches of `camera` on `board`; without one all is on.
  init(_ camera: String = "", board: SwitchBoard? = nil) {
    self.camera = camera
    self.board = board
  }

  /// Whether `toggle` is on.
  func isOn(_ toggle: HomeToggle) -> Bool { board?.isOn(toggle, of: camera) ?? true }
}

/// What was switched on or off while the service runs. It is kept in a file, and holds over restarts and reloads until it is
/// switched again.
final class SwitchBoard: Sendable {
  private struct State {
    /// Switches that were used, by camera and name.
    var used: [String: [String: Bool]] = [:]
  }

  private let file: URL
  private let state: Mutex<State>

  /// The switches as the file in `folder` has them; a damaged file is as good as none.
  init(folder: String) {
    // In a folder of its own: files of the other bear the names of cameras.
    file = URL(filePath: folder, directoryHint: .isDirectory).appending(path: "control/switches.json")
    let used = (try? Data(contentsOf: file)).flatMap {
      try? JSONDecoder().decode([String: [String: Bool]].self, from: $0)
    }
    state = Mutex(State(used: used ?? [:]))
  }

  /// How `camera` is switched, where the configuration says whether it is watched.
  func switches(of camera: String, isEnabled: Bool) -> HomeSwitches {
    let used = state.withLock { $0.used[camera] } ?? [:]
    var switches = HomeSwitches()
    switches.enabled = isEnabled
    for toggle in HomeToggle.allCases {
      if let isOn = used[toggle.rawValue] { switches[keyPath: toggle.path] = isOn }
    }
    return switches
  }

  /// Whether `toggle`, which no configuration has, is on for `camera`.
  func isOn(_ toggle: HomeToggle, of camera: String) -> Bool {
    state.withLock { $0.used[camera]?[toggle.rawValue] } ?? true
  }

  /// `cameras` with those switched off that are, and the other way round.
  func apply(to cameras: [CameraSettings]) -> [CameraSettings] {
    cameras.map { settings in
      var settings = settings
      settings.isEnabled = switches(of: settings.name, isEnabled: settings.isEnabled).enabled
      return settings
    }
  }

  /// Obeys `command` and writes it down. Returns why that could not be written, if it could not.
  func obey(_ command: HomeCommand) -> String? {
    let used = state.withLock { state in
      state.used[command.camera, default: [:]][command.toggle.rawValue] = command.isOn
      return state.used
    }
    do {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      let encoder = JSONEncoder()
      encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
      try encoder.encode(used).write(to: file, options: .atomic)
      return nil
    } catch {
      return "what was switched will not outlive a restart: cannot write \(file.path): \(error.localizedDescription)"
    }
  }
}
