import Foundation
import TestSupport
import Testing

@testable import Service

@Suite struct SystemdLinkTests {
  @Test(arguments: [false, true])
  func `systemd hears what it wants to hear`(isAbstract: Bool) throws {
    let listener = try DatagramListener(isAbstract: isAbstract)
    let manager = SystemdLink(environment: ["NOTIFY_SOCKET": listener.name, "WATCHDOG_USEC": "30000000"])
    #expect(manager.watchdogInterval == 30)
    manager.ready("2 of 2 cameras up")
    #expect(listener.message() == "READY=1\nSTATUS=2 of 2 cameras up")
    manager.alive()
    #expect(listener.message() == "WATCHDOG=1")
    manager.reloading()
    #expect(listener.message()?.hasPrefix("RELOADING=1\nMONOTONIC_USEC=") == true)
    manager.stopping()
    #expect(listener.message()?.hasPrefix("STOPPING=1") == true)
    #expect(listener.message() == nil)
  }

  @Test func `without a socket, or with one that nobody reads, nothing happens`() {
    SystemdLink(environment: [:]).ready("")
    SystemdLink(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"]).alive()
    SystemdLink(environment: ["NOTIFY_SOCKET": String(repeating: "a", count: 300)]).alive()
    #expect(SystemdLink(environment: ["WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"]).watchdogInterval == nil)
  }

  @Test(
    arguments: [
      (0, 0, nil), (59, 0, nil), (61, 0, "a worker has been at one frame for 61 s"), (0, 139, nil),
      (0, 141, "the thread of camera b has given no sign of life for 141 s"),
    ] as [(Double, Double, String?)])
  func `what no longer moves is named, and a camera that goes on trying is well`(
    turn: Double, silence: Double, stuck: String?
  ) {
    #expect(Progress.stuck(turn: turn, cameras: [("a", 1, 10), ("b", silence, 10)]) == stuck)
  }
}
