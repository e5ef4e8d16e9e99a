public import ArgumentParser
public import Scene

extension Seconds: ExpressibleByArgument {
  /// What an option says.
  public init?(argument: String) { self.init(parsing: argument) }
}
