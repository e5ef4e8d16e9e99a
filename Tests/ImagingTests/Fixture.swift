import Foundation
import Imaging
import TestSupport

/// The tensors of bytes in a safetensors file of the fixtures.
struct ByteTensors {
  private struct Entry: Decodable {
    let shape: [Int]
    let offsets: [Int]
    enum CodingKeys: String, CodingKey {
      case shape
      case offsets = "data_offsets"
    }
  }

  private let entries: [String: Entry]
  private let body: Data

  init(_ path: String) throws {
    let data = try Data(contentsOf: Fixtures.file(path))
    let length = Int(data.prefix(8).enumerated().reduce(UInt64(0)) { $0 | UInt64($1.element) << (8 * $1.offset) })
    let header = data.subdata(in: 8..<8 + length)
    var entries: [String: Entry] = [:]
    for (name, value) in try JSONSerialization.jsonObject(with: header) as? [String: Any] ?? [:]
    where name != "__metadata__" {
      entries[name] = try JSONDecoder().decode(Entry.self, from: JSONSerialization.data(withJSONObject: value))
    }
    self.entries = entries
    body = data.subdata(in: 8 + length..<data.count)
  }

  /// The `height, width, 3` tensor `name` as an image.
  func image(_ name: String) throws -> RGBImage {
    guard let entry = entries[name] else { throw CocoaError(.fileReadCorruptFile) }
    return try RGBImage(
      width: entry.shape[1], height: entry.shape[0], bytes: Array(body[entry.offsets[0]..<entry.offsets[1]]))
  }
}

/// Numbers that look random and are the same in every run (splitmix64).
struct TestNumbers: RandomNumberGenerator {
  var state: UInt64
  init(_ seed: UInt64) { state = seed }
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }
}

extension PixelBuffer {
  /// An image whose every sample is random.
  static func noise(_ layout: PixelLayout, seed: UInt64 = 1) throws -> PixelBuffer {
    var numbers = TestNumbers(seed)
    return try filled(layout) { _, _, _ in UInt8.random(in: 0...255, using: &numbers) }
  }

  /// An image with `sample(plane, byteInRow, row)` everywhere.
  static func filled(_ layout: PixelLayout, _ sample: (Int, Int, Int) -> UInt8) throws -> PixelBuffer {
    let image = try PixelBuffer(layout: layout)
    image.withView { view in
      for plane in 0..<layout.format.planeCount {
        let size = layout.planeSize(plane)
        for y in 0..<size.rows {
          for x in 0..<size.rowBytes {
            view.planes[plane].base[y * view.planes[plane].stride + x] = sample(plane, x, y)
          }
        }
      }
    }
    return image
  }

  /// The byte at `x` of row `y` of a plane.
  func byte(_ plane: Int, _ x: Int, _ y: Int) -> UInt8 {
    withView { $0.planes[plane].base[y * $0.planes[plane].stride + x] }
  }

  /// All bytes of all planes without the gaps between rows.
  var bytes: [UInt8] {
    withView { view in
      (0..<view.layout.format.planeCount).flatMap { plane in
        let size = view.layout.planeSize(plane)
        return (0..<size.rows).flatMap { y in
          (0..<size.rowBytes).map { view.planes[plane].base[y * view.planes[plane].stride + $0] }
        }
      }
    }
  }
}
