import Foundation
import Testing

@testable import Service

@Suite struct ServiceManagerTests {
  /// A datagram socket as systemd holds it, at a path or (with @) in the abstract.
  private final class Listener {
    let name: String
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

    init(isAbstract: Bool) throws {
      let word = "yolostream-\(UUID().uuidString.prefix(8))"
      name = isAbstract ? "@" + word : FileManager.default.temporaryDirectory.appending(path: word).path
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      var bytes = Array(name.utf8)
      if isAbstract { bytes[0] = 0 }
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
      let length = socklen_t(2 + bytes.count)
      let status = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
      }
      try #require(status == 0)
    }

    deinit {
      close(descriptor)
      unlink(name)
    }

    func message() -> String? {
      var bytes = [UInt8](repeating: 0, count: 4096)
      let count = recv(descriptor, &bytes, bytes.count, Int32(MSG_DONTWAIT))
      return count < 0 ? nil : String(decoding: bytes[..<count], as: UTF8.self)
    }
  }

  @Test(arguments: [false, true])
  func `systemd hears what it wants to hear`(isAbstract: Bool) throws {
    let listener = try Listener(isAbstract: isAbstract)
    let manager = ServiceManager(environment: ["NOTIFY_SOCKET": listener.name, "WATCHDOG_USEC": "30000000"])
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
    ServiceManager(environment: [:]).ready("")
    ServiceManager(environment: ["NOTIFY_SOCKET": "/nowhere/at/all"]).alive()
    ServiceManager(environment: ["NOTIFY_SOCKET": String(repeating: "a", count: 300)]).alive()
    #expect(ServiceManager(environment: ["WATCHDOG_USEC": "5", "WATCHDOG_PID": "1"]).watchdogInterval == nil)
  }
}
