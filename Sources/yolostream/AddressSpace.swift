import Foundation

/// The address space that the system allows this process.
enum AddressSpace {
  /// Why a command does not start, in one sentence. The exit code is 71.
  struct Shortage: Error, CustomStringConvertible {
    let description: String
  }

  /// Bytes that a run or a service needs beyond the program: stacks, heaps, weights, frames.
  private static let need = 512 << 20

  /// Throws `Shortage` if a limit (`ulimit -v`) leaves too little. Libraries abort when an allocation fails, so this
  /// is checked before anything starts.
  static func check() throws {
    guard let limit, let used, limit - min(used, limit) < need else { return }
    throw Shortage(
      description:
        "cannot start: expected \(need >> 20) MB of address space beyond the \(used >> 20) MB in use, the limit is "
        + "\(limit >> 20) MB in all; raise it (ulimit -v, LimitAS)")
  }

  /// The limit in bytes; `nil` for none.
  private static var limit: Int? {
    let text = try? String(contentsOfFile: "/proc/self/limits", encoding: .utf8)
    return text?.firstMatch(of: /Max address space\s+(\d+)\s/).flatMap { Int($0.1) }
  }

  private static var used: Int? {
    let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    return text?.firstMatch(of: /VmSize:\s+(\d+) kB/).flatMap { Int($0.1) }.map { $0 << 10 }
  }
}
