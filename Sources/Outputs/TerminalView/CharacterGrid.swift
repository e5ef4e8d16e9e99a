import FFmpeg
import Imaging

/// A small image as characters: each is an upper half block in the colour of the upper of two pixels, on the colour of the
/// lower one. Labels take the place of some.
struct CharacterGrid {
  /// Pixels across and down; `height` is even.
  let width: Int
  let height: Int
  private var pixels: [Colour]
  /// Letters instead of blocks, by row and column of characters.
  private var letters: [Int: (letter: Character, on: Colour)] = [:]

  /// The image in `frame`, which is RGB with 8 bits each.
  init(_ frame: Frame) {
    width = frame.width
    height = frame.height
    pixels = []
    pixels.reserveCapacity(width * height)
    guard let plane = unsafe frame.plane(0) else { return }
    for row in 0..<height {
      for column in 0..<width {
        let place = unsafe row * plane.stride + 3 * column
        pixels.append(
          unsafe Colour(red: plane.base[place], green: plane.base[place + 1], blue: plane.base[place + 2]))
      }
    }
  }

  /// An outline one pixel wide, and a label over its top edge; what lies outside is left out.
  mutating func draw(left: Int, top: Int, right: Int, bottom: Int, _ colour: Colour, label: String) {
    let (left, right) = (max(left, 0), min(right, width - 1)), (top, bottom) = (max(top, 0), min(bottom, height - 1))
    guard left <= right, top <= bottom else { return }
    for column in left...right {
      pixels[top * width + column] = colour
      pixels[bottom * width + column] = colour
    }
    for row in top...bottom {
      pixels[row * width + left] = colour
      pixels[row * width + right] = colour
    }
    let line = max(top / 2 - 1, 0)
    for (offset, letter) in label.enumerated() where left + offset < width {
      letters[line * width + left + offset] = (letter, colour)
    }
  }

  /// The lines of characters, each ended by a line feed. A colour is named only where it changes.
  func text(hasAllColours: Bool) -> String {
    var text = ""
    var last: (fore: Colour, back: Colour)?
    for line in 0..<height / 2 {
      for column in 0..<width {
        let letter = letters[line * width + column]
        let fore = letter?.on.readableText ?? pixels[2 * line * width + column]
        let back = letter?.on ?? pixels[(2 * line + 1) * width + column]
        if fore != last?.fore { text += "\u{1B}[38;" + Self.code(fore, hasAllColours) }
        if back != last?.back { text += "\u{1B}[48;" + Self.code(back, hasAllColours) }
        last = (fore, back)
        text.append(letter?.letter ?? "▀")
      }
      // The rest of the line is cleared in the terminal's own colour.
      text += "\u{1B}[0m\u{1B}[K\n"
      last = nil
    }
    return text
  }

  /// A colour as xterm's sequences name it: 24 bits, or the nearest of the cube of 6 × 6 × 6.
  private static func code(_ colour: Colour, _ hasAllColours: Bool) -> String {
    if hasAllColours { return "2;\(colour.red);\(colour.green);\(colour.blue)m" }
    func step(_ level: UInt8) -> Int { level < 48 ? 0 : level < 115 ? 1 : (Int(level) - 35) / 40 }
    return "5;\(16 + 36 * step(colour.red) + 6 * step(colour.green) + step(colour.blue))m"
  }
}
