import Foundation
import Pipeline

/// Tells systemd how the service is doing, by datagrams to the socket that it names (see sd_notify(3)); without one,
/// nothing is told.
struct SystemdLink: Sendable {
  private let path: String?
  /// How often systemd wants to hear that all is well, in seconds; `nil` if it does not ask.
  let watchdogInterval: Double?

  /// The service manager that started this process, as the environment names it.
  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    path = environment["NOTIFY_SOCKET"].flatMap { $0.isEmpty ? nil : $0 }
    let isForUs = environment["WATCHDOG_PID"].map { Int32($0) == getpid() } ?? true
    watchdogInterval = isForUs ? environment["WATCHDOG_USEC"].flatMap { Double($0) }.map { $0 / 1e6 } : nil
  }

  /// The service works from here on; `status` says what it does.
  func ready(_ status: String) { send("READY=1\nSTATUS=\(status)") }
  /// What it does, in words.
  func status(_ text: String) { send("STATUS=\(text)") }
  /// All is well.
  func alive() { send("WATCHDOG=1") }
  /// The configuration is read anew; ends with `ready`.
  func reloading() {
    send("RELOADING=1\nMONOTONIC_USEC=\(MonotonicTime.nanoseconds / 1000)")
  }
  /// The end has begun.
  func stopping() { send("STOPPING=1\nSTATUS=stopping") }

  /// Sends `message` and does not wait: a manager that does not listen must not hold the service up.
  private func send(_ message: String) {
    guard let path else { return }
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    var name = Array(path.utf8)
    // An abstract socket is written with @ and known by a zero.
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
