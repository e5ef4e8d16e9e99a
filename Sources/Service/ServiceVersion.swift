/// Which version this is.
enum ServiceVersion {
  static let current = "0.1.0"
}
