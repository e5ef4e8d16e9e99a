import Foundation
import Publishing
import Settings
import Synchronization

/// The switches of one camera.
struct CameraSwitches: Sendable {
  private let camera: String
  private let board: SwitchBoard?

  /// The switches of `camera` on `board`; without a board all are on.
  init(_ camera: String = "", board: SwitchBoard? = nil) {
    self.camera = camera
    self.board = board
  }

  /// Whether `toggle` is on.
  func isOn(_ toggle: HomeToggle) -> Bool { board?.isOn(toggle, of: camera) ?? true }
}

/// Switches of cameras that were changed at run time. They are saved in a file, and hold over restarts and reloads.
final class SwitchBoard: Sendable {
  private struct State {
    /// Switches that were changed, by camera and name.
    var used: [String: [String: Bool]] = [:]
  }

  private let file: URL
  private let state: Mutex<State>

  /// Reads the file in `folder`; a damaged file counts as none.
  init(folder: String) {
    // In its own folder: files of the other one have names of cameras.
    file = URL(filePath: folder, directoryHint: .isDirectory).appending(path: "control/switches.json")
    let used = (try? Data(contentsOf: file)).flatMap {
      try? JSONDecoder().decode([String: [String: Bool]].self, from: $0)
    }
    state = Mutex(State(used: used ?? [:]))
  }

  /// The switches of `camera`; the configuration decides whether it is watched unless that was switched.
  func switches(of camera: String, isEnabled: Bool) -> HomeSwitches {
    let used = state.withLock { $0.used[camera] } ?? [:]
    var switches = HomeSwitches()
    switches.enabled = isEnabled
    for toggle in HomeToggle.allCases {
      if let isOn = used[toggle.rawValue] { switches[keyPath: toggle.path] = isOn }
    }
    return switches
  }

  /// Whether `toggle`, which is not in configurations, is on for `camera`.
  func isOn(_ toggle: HomeToggle, of camera: String) -> Bool {
    state.withLock { $0.used[camera]?[toggle.rawValue] } ?? true
  }

  /// `cameras`, each enabled or disabled by its switch.
  func apply(to cameras: [CameraSettings]) -> [CameraSettings] {
    cameras.map { settings in
      var settings = settings
      settings.isEnabled = switches(of: settings.name, isEnabled: settings.isEnabled).enabled
      return settings
    }
  }

  /// Executes `command` and saves it. Returns why it could not be saved, if so.
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
