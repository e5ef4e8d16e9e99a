import Glibc

/// Where systems keep a plain sans-serif font.
public enum FontSearch {
  /// Files in order of preference: narrow and clear in small labels first.
  public static let candidates: [String] = {
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
    return names.flatMap { name in folders.map { "\($0)/\(name)" } }
  }()

  /// The first candidate that can be read, or `nil` on a system without any.
  public static func find() -> String? {
    candidates.first { unsafe access($0, R_OK) == 0 }
  }
}
