/// A file of the page, as it is served. The files stand in `Resources` and are compiled into the program, so that a program
/// that was copied somewhere has its page with it.
struct PageFile: Sendable {
  /// Where a browser finds it.
  let path: String
  /// Its media type.
  let type: String
  let bytes: [UInt8]

  /// The page itself.
  static let document = PageFile(path: "/", type: html, bytes: PackageResources.page_html)

  /// What the page loads. A new file needs a line here and one in `Package.swift`.
  static let parts = [
    PageFile(path: "/page.css", type: css, bytes: PackageResources.page_css),
    PageFile(path: "/page.js", type: script, bytes: PackageResources.page_js),
    PageFile(path: "/events.js", type: script, bytes: PackageResources.events_js),
    PageFile(path: "/film.js", type: script, bytes: PackageResources.film_js),
  ]

  /// All files of the page.
  static var all: [PageFile] { [document] + parts }

  private static let html = "text/html; charset=utf-8"
  private static let css = "text/css; charset=utf-8"
  private static let script = "text/javascript; charset=utf-8"
}
