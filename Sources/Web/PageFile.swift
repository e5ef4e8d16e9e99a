/// A file of the page, as it is served. The files stand in `Resources` and are compiled into the program, so that a program
/// that was copied somewhere has its page with it.
struct PageFile: Sendable {
  /// Where a browser finds it.
  let path: String
  /// Its media type.
  let type: String
  let bytes: [UInt8]

  /// All files of the page. A new one needs a line here and one in `Package.swift`.
  static let all = [
    PageFile(path: "/", type: html, bytes: PackageResources.page_html),
    PageFile(path: "/page.css", type: css, bytes: PackageResources.page_css),
    PageFile(path: "/page.js", type: script, bytes: PackageResources.page_js),
    PageFile(path: "/film.js", type: script, bytes: PackageResources.film_js),
  ]

  private static let html = "text/html; charset=utf-8"
  private static let css = "text/css; charset=utf-8"
  private static let script = "text/javascript; charset=utf-8"
}
