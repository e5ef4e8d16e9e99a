import Foundation

/// Checks whether the service's port is free.
package enum PortFindings {
  /// A finding about local TCP port `port`; port 0 is any.
  package static func listening(on port: Int) -> Finding {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"].compactMap { try? String(contentsOfFile: $0, encoding: .utf8) }
    let lowest = try? String(contentsOfFile: "/proc/sys/net/ipv4/ip_unprivileged_port_start", encoding: .utf8)
    return finding(
      port, isTaken: tables.contains { listeners(in: $0).contains(port) },
      lowest: geteuid() == 0 ? 0 : lowest.flatMap { Int($0.trimmingCharacters(in: .whitespacesAndNewlines)) } ?? 1024)
  }

  /// - Parameter lowest: the first port that this user may take.
  static func finding(_ port: Int, isTaken: Bool, lowest: Int = 0) -> Finding {
    if port == 0 { return Finding("ports", .good, "any free TCP port will do") }
    if isTaken {
      return Finding(
        "ports", .notice, "TCP port \(port), for the service's page, is taken",
        advice: "it may be yolostream itself; otherwise choose another with http: {listen: \"127.0.0.1:PORT\"}")
    }
    if port < lowest {
      return Finding(
        "ports", .notice, "TCP port \(port), for the service's page, is below \(lowest): only root may take it",
        advice: "choose one from \(lowest) on with http: {listen: \"127.0.0.1:PORT\"}, behind a proxy if need be")
    }
    return Finding("ports", .good, "TCP port \(port), for the service's page, is free")
  }

  /// Ports of listening sockets in a table of the kernel, which is hexadecimal
  /// (Documentation/networking/proc_net_tcp.rst of Linux).
  static func listeners(in table: String) -> Set<Int> {
    var ports: Set<Int> = []
    for line in table.split(separator: "\n").dropFirst() {
      let fields = line.split(separator: " ")
      guard fields.count > 3, fields[3] == "0A", let digits = fields[1].split(separator: ":").last,
        let port = Int(digits, radix: 16)
      else { continue }
      ports.insert(port)
    }
    return ports
  }
}
