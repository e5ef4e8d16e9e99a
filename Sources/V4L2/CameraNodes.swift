import Glibc

/// The camera nodes of this machine.
package enum CameraNodes {
  /// Paths of all nodes that may be cameras, by their numbers.
  package static func paths() -> [String] {
    entries(of: "/dev").filter { $0.hasPrefix("video") }.compactMap { name in
      Int(name.dropFirst("video".count)).map { (number: $0, path: "/dev/" + name) }
    }.sorted { $0.number < $1.number }.map(\.path)
  }

  /// A path that still names the camera after it was unplugged and got another number: udev's link to the node at
  /// `path`, by serial number or USB port; `nil` if there is none.
  package static func stablePath(of path: String) -> String? {
    guard let node = resolved(path) else { return nil }
    for folder in ["/dev/v4l/by-id", "/dev/v4l/by-path"] {
      if path.hasPrefix(folder) { return path }
      for name in entries(of: folder).sorted() where resolved("\(folder)/\(name)") == node {
        return "\(folder)/\(name)"
      }
    }
    return nil
  }

  private static func entries(of folder: String) -> [String] {
    guard let handle = unsafe opendir(folder) else { return [] }
    defer { unsafe closedir(handle) }
    var names: [String] = []
    while let entry = unsafe readdir(handle) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
        unsafe String(cString: UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  private static func resolved(_ path: String) -> String? {
    guard let real = unsafe realpath(path, nil) else { return nil }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
  }
}
