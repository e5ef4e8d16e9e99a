import Foundation

/// Standard error as a place to print to.
struct StandardError: TextOutputStream {
  static var shared: StandardError {
    get { StandardError() }
    set {}
  }

  mutating func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }
}
