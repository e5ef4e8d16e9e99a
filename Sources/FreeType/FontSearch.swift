import Foundation

/// Finds a sans-serif font in the usual places.
package enum FontSearch {
  /// Paths in order of preference: those that are readable in small labels first.
  package static let candidates: [String] = {
    let names = [
      "DejaVuSansCondensed-Bold.ttf", "DejaVuSans.ttf", "LiberationSans-Bold.ttf", "NotoSans-Bold.ttf",
      "LiberationSans-Regular.ttf", "NotoSans-Regular.ttf",
    ]
    let folders = [
      "/usr/share/fonts/truetype/dejavu", "/usr/share/fonts/truetype/liberation",
      "/usr/share/fonts/truetype/liberation2",
      "/usr/share/fonts/truetype/noto", "/usr/share/fonts/dejavu-sans-fonts", "/usr/share/fonts/dejavu",
      "/usr/share/fonts/liberation-sans", "/usr/share/fonts/google-noto", "/usr/share/fonts/noto",
      "/usr/share/fonts/TTF",
      "/usr/local/share/fonts",
    ]
    // A program that brings its own libraries along brings its font, too: share/fonts beside the folder of the program.
    let program = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath().deletingLastPathComponent()
    let own = program.deletingLastPathComponent().appending(path: "share/fonts").path
    return names.flatMap { name in (folders + [own]).map { "\($0)/\(name)" } }
  }()

  /// The first readable candidate; `nil` if there is none.
  package static func find() -> String? {
    candidates.first { unsafe access($0, R_OK) == 0 }
  }
}
