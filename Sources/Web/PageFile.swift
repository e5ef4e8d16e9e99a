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
    PageFile(path: "/icon.svg", type: "image/svg+xml", bytes: PackageResources.icon_svg),
    PageFile(
      path: "/manifest.webmanifest", type: "application/manifest+json", bytes: PackageResources.manifest_webmanifest),
    PageFile(path: "/base.css", type: css, bytes: PackageResources.base_css),
    PageFile(path: "/live.css", type: css, bytes: PackageResources.live_css),
    PageFile(path: "/events.css", type: css, bytes: PackageResources.events_css),
    PageFile(path: "/activity.js", type: script, bytes: PackageResources.activity_js),
    PageFile(path: "/app.js", type: script, bytes: PackageResources.app_js),
    PageFile(path: "/boxes.js", type: script, bytes: PackageResources.boxes_js),
    PageFile(path: "/dom.js", type: script, bytes: PackageResources.dom_js),
    PageFile(path: "/editor.js", type: script, bytes: PackageResources.editor_js),
    PageFile(path: "/editor-yaml.js", type: script, bytes: PackageResources.editor_yaml_js),
    PageFile(path: "/events.js", type: script, bytes: PackageResources.events_js),
    PageFile(path: "/film.js", type: script, bytes: PackageResources.film_js),
    PageFile(path: "/filters.js", type: script, bytes: PackageResources.filters_js),
    PageFile(path: "/footage.js", type: script, bytes: PackageResources.footage_js),
    PageFile(path: "/history.js", type: script, bytes: PackageResources.history_js),
    PageFile(path: "/live.js", type: script, bytes: PackageResources.live_js),
    PageFile(path: "/player.js", type: script, bytes: PackageResources.player_js),
    PageFile(path: "/rows.js", type: script, bytes: PackageResources.rows_js),
    PageFile(path: "/stream.js", type: script, bytes: PackageResources.stream_js),
    PageFile(path: "/strip.js", type: script, bytes: PackageResources.strip_js),
    PageFile(path: "/system.js", type: script, bytes: PackageResources.system_js),
    PageFile(path: "/tile.js", type: script, bytes: PackageResources.tile_js),
    PageFile(path: "/watch.js", type: script, bytes: PackageResources.watch_js),
    PageFile(path: "/words.js", type: script, bytes: PackageResources.words_js),
  ]

  /// What asks a browser for the token.
  static let login = PageFile(path: "/login", type: html, bytes: PackageResources.login_html)

  /// All files of the page.
  static var all: [PageFile] { [document] + parts }

  private static let html = "text/html; charset=utf-8"
  private static let css = "text/css; charset=utf-8"
  private static let script = "text/javascript; charset=utf-8"
}
