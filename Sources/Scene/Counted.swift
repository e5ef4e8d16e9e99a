extension Int {
  /// The number with what it counts: `1 camera`, `2 cameras`. `plural` is needed where it is not `noun` with an s.
  package func counted(_ noun: String, plural: String? = nil) -> String {
    "\(self) \(self == 1 ? noun : plural ?? noun + "s")"
  }
}
