/// Which version this is.
public enum ProgramVersion {
  /// Of the program and of the service it runs.
  public static let current = "0.1.0"
}
