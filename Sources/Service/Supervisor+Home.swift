import Capture
import Outputs
import Pipeline
import Publishing
import Recording
import Rules
import Scene
import Settings
import Streaming

extension Supervisor {
  /// The present state of the cameras for smart home systems.
  func home(_ switches: SwitchBoard) -> HomeState {
    let cameras = cameras
    let reports = cameras.map(\.report)
    var server = HomeServer()
    server.version = ProgramVersion.current
    server.camerasUp = reports.count { $0.stateName == "up" }
    server.resultAge = reports.filter { $0.age.count > 0 && $0.stateName == "up" }.map { report in
      // Rounded to a tenth, because each change is a message.
      (report.age.quantile(0.5).seconds * 10).rounded() / 10
    }.max()
    // Rounded to 100 MB for the same reason.
    server.freeBytes = recordings.map { Int($0.storage.freeBytes) / 100_000_000 * 100_000_000 }
    return HomeState(server: server, cameras: zip(cameras, reports).map { $0.home($1, switches) })
  }
}

extension WatchedCamera {
  private var labels: [String] {
    let classes = plan.classes
    guard let wanted = settings.detect.classes else { return HomeCamera.labels(of: classes.names) }
    return wanted.compactMap { classes.index(of: $0).map { classes[$0] } }
  }

  fileprivate func home(_ report: CameraReport, _ switches: SwitchBoard) -> HomeCamera {
    var home = HomeCamera(name: report.name, labels: labels)
    home.state = report.stateName
    if case .down(let cause, let message, _) = report.state { (home.cause, home.message) = (cause.rawValue, message) }
    (home.width, home.height) = (report.width, report.height)
    home.switches = switches.switches(of: report.name, isEnabled: report.isEnabled)
    home.zones = plan.scene.rules.zones.map(\.name)
    home.counts = report.presentCounts
    return home
  }
}
