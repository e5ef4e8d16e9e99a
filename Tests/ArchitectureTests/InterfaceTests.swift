import Foundation
import Testing

/// The HTTP interface: what the sources register and what `Documentation/openapi.json` states are the same.
@Suite struct InterfaceTests {
  @Test func `each route is in the OpenAPI file and each path there is a route`() throws {
    let file = SourceFile.checkout.appending(path: "Documentation/openapi.json")
    let document = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    let paths = try #require(document["paths"] as? [String: [String: Any]])
    let documented = Set(paths.flatMap { path, methods in methods.keys.map { "\($0) \(path)" } })
    let routes = try Self.routes()
    #expect(routes.count > 10)
    #expect(
      routes == documented,
      "not documented: \(routes.subtracting(documented)); not there: \(documented.subtracting(routes))")
  }

  @Test func `what asks for a token also refuses one that may not, and too many wrong ones`() throws {
    let file = SourceFile.checkout.appending(path: "Documentation/openapi.json")
    let document = try #require(try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any])
    let paths = try #require(document["paths"] as? [String: [String: [String: Any]]])
    for (path, methods) in paths {
      for (method, operation) in methods {
        let answers = Set((operation["responses"] as? [String: Any] ?? [:]).keys)
        #expect(!answers.contains("401") || answers.isSuperset(of: ["403", "429"]), "\(method) \(path): \(answers)")
      }
    }
  }

  /// `get /path` of every call such as `router.get("path")`; files that the page loads are its own affair.
  private static func routes() throws -> Set<String> {
    let call = /\b(?:router|group)\.(get|post|put|patch|delete)\("([^"]*)"/
    let parts = [".css", ".js", ".mjs", ".svg", ".png", ".webmanifest"]
    var routes: Set<String> = []
    // Frigate's paths are another's interface, and described there.
    for file in try SourceFile.all()
    where file.lines.contains("import Hummingbird") && !file.path.hasSuffix("/WebRoutes+Frigate.swift") {
      for match in file.lines.joined(separator: "\n").matches(of: call)
      where match.2.contains("{") || !parts.contains(where: match.2.hasSuffix) {
        routes.insert("\(match.1) /\(match.2.drop { $0 == "/" })")
      }
    }
    return routes
  }
}
