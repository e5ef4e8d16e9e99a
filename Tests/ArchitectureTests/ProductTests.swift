import Foundation
import Testing

/// The library products: their page, their sample and what they show of themselves.
@Suite struct ProductTests {
  private static func text(_ path: String) throws -> String {
    try String(contentsOf: SourceFile.checkout.appending(path: path), encoding: .utf8)
  }

  /// The modules of each library product in the manifest.
  private static func products() throws -> [String: [String]] {
    let libraries = try text("Package.swift").matches(of: /\.library\(\s*name: "(\w+)", targets: \[([^\]]*)\]/)
    return Dictionary(
      uniqueKeysWithValues: libraries.map { library in
        (String(library.1), library.2.matches(of: /"(\w+)"/).map { String($0.1) })
      })
  }

  @Test func `the page and the archive have the modules of the manifest`() throws {
    let page = try Self.text("Documentation/library.md"), products = try Self.products()
    #expect(Set(products.keys) == ["YOLOStream", "GELAN"])
    for (name, modules) in products {
      let row = try #require(page.split(separator: "\n").first { $0.hasPrefix("| `\(name)` |") }, "no row of \(name)")
      #expect(row.split(separator: "|")[1].matches(of: /`(\w+)`/).map { String($0.1) } == modules)
    }
    let loop = try #require(try Self.text("samples/library/docc.sh").firstMatch(of: /for module in ([\w ]+); do/))
    #expect(Set(loop.1.split(separator: " ").map(String.init)) == Set(products.values.joined()))
  }

  @Test func `the program on the page is the sample`() throws {
    let code = try Self.text("samples/library/Sources/follow/main.swift").split(separator: "\n")
      .filter { !$0.hasPrefix("import") && !$0.hasPrefix("//") }.joined(separator: "\n")
    let page = try Self.text("Documentation/library.md")
    #expect(!code.isEmpty && page.contains("```swift\n\(code)\n```"))
  }

  @Test func `public signatures use modules of the products only`() throws {
    let modules = Set(try Self.products().values.joined())
    for file in try SourceFile.all() {
      for (index, line) in file.code.enumerated() where line.contains(/\bpublic\b/) {
        let place = "\(file.path):\(index + 1)"
        guard let module = line.firstMatch(of: /^public import (?:\w+ )?(\w+)/).map({ String($0.1) }) else {
          #expect(modules.contains(file.room), "\(place): only modules of the products have public names")
          continue
        }
        // A program shows nothing; a conformance of its own to a library's protocol needs the import.
        guard file.room != "yolostream", !House.platform.contains(module) else { continue }
        #expect(modules.contains(module), "\(place): \(module) is in no product")
      }
    }
  }

  @Test func `the products add nothing public to types of the standard library`() throws {
    let modules = Set(try Self.products().values.joined())
    let opening = /^extension (?:\[|(?:Int|Double|Float|String|StringProtocol|Substring|Array|Collection|Sequence)\b)/
    for file in try SourceFile.all() where modules.contains(file.room) {
      var isInside = false
      for (index, line) in file.code.enumerated() {
        if line.contains(opening) { isInside = true }
        if isInside, line.contains(/\bpublic\b/) { Issue.record("\(file.path):\(index + 1)") }
        if line.hasPrefix("}") { isInside = false }
      }
    }
  }
}
