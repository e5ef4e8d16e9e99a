import Foundation
import Pipeline

/// Notifies systemd of the service's state by datagrams to the socket that it names (see sd_notify(3)); does nothing without
/// one.
struct SystemdLink: Sendable {
  private let path: String?
  /// Interval of the watchdog in seconds; `nil` if there is none.
  let watchdogInterval: Double?

  /// The service manager that started this process, as the environment names it.
  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
    watchdogInterval = isForUs ? environment["WATCHDOG_USEC"].flatMap { Double($0) }.map { $0 / 1e6 } : nil
  }

  /// The service is ready; `status` is a sentence about it.
  func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
  /// A sentence about the present state.
  func status(_ text: String) { send("STATUS=\(text)") }
  /// Notifies the watchdog.
  func alive() { send("WATCHDOG=1") }
  /// The configuration is being read again; followed by `ready`.
  func reloading() {
    send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicTime.nanoseconds / 1000)")
  }
  /// The service is stopping.
  func stopping() { send("STOPPING=1\nSTATUS=stopping") }

  /// Sends `message` without waiting: a manager that does not read must not delay the service.
  private func send(_ message: String) {
    guard let path else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    // The name of an abstract socket is written with @ and starts with a zero byte.
    if name.first == UInt8(ascii: "@") { name[0] = 0 }
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard name.count < room else { return }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: name) }
    let length = socklen_t(MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2) + socklen_t(name.count)
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
    guard descriptor >= 0 else { return }
    defer { close(descriptor) }
    let bytes = Array(message.utf8)
    unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { target in
        _ = unsafe sendto(descriptor, bytes, bytes.count, Int32(MSG_DONTWAIT), target, length)
      }
    }
  }
}
