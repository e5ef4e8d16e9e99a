import Foundation

/// A folder that is removed with its owner.
public final class ScratchFolder: Sendable {
  /// Where it is.
  public let path: String

  /// Makes it.
  public init() throws {
    path = FileManager.default.temporaryDirectory.appending(path: "recordings-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  /// Takes over one that is there.
  public init(existing path: String) { self.path = path }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Paths of all files in it that end in `ending`, in rising order.
  public func files(ending: String = "") -> [String] {
    let names = (FileManager.default.enumerator(atPath: path)?.allObjects ?? []).compactMap { $0 as? String }
    return names.filter { $0.hasSuffix(ending) }.map { "\(path)/\($0)" }.sorted()
  }
}

/// A file system of its own, in memory.
public final class SmallDisk {
  /// Where it is.
  public let path: String

  /// Whether this process may have one.
  public static let isPossible: Bool = (try? SmallDisk(megabytes: 1)) != nil

  /// Makes it.
  public init(megabytes: Int) throws {
    path = FileManager.default.temporaryDirectory.appending(path: "disk-\(UUID().uuidString)").path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    guard mount("none", path, "tmpfs", 0, "size=\(megabytes)m") == 0 else {
      let failure = errno
      try? FileManager.default.removeItem(atPath: path)
      throw POSIXError(POSIXErrorCode(rawValue: failure) ?? .EPERM)
    }
  }

  deinit {
    umount2(path, Int32(MNT_DETACH))
    try? FileManager.default.removeItem(atPath: path)
  }
}
