import Foundation
import TestSupport

@testable import Training

/// Tensors of a safetensors file, as the tests need them: floats and bytes by name.
struct FixtureFile {
  private let data: Data
  private let entries: [String: (kind: String, shape: [Int], range: Range<Int>)]

  init(_ path: String) throws {
    data = try Data(contentsOf: Fixtures.file(path))
    let headerLength = Int(data.withUnsafeBytes { $0.loadUnaligned(as: UInt64.self) })
    let header = try JSONSerialization.jsonObject(with: data[8..<8 + headerLength]) as? [String: Any] ?? [:]
    var entries: [String: (kind: String, shape: [Int], range: Range<Int>)] = [:]
    for (name, value) in header {
      guard let value = value as? [String: Any], let offsets = value["data_offsets"] as? [Int] else { continue }
      entries[name] = (
        value["dtype"] as? String ?? "", value["shape"] as? [Int] ?? [],
        (8 + headerLength + offsets[0])..<(8 + headerLength + offsets[1])
      )
    }
    self.entries = entries
  }

  func has(_ name: String) -> Bool { entries[name] != nil }

  func shape(_ name: String) -> [Int] { entries[name]?.shape ?? [] }

  func floats(_ name: String) -> [Float] {
    guard let entry = entries[name] else { return [] }
    return data[entry.range].withUnsafeBytes { bytes in
      (0..<entry.range.count / 4).map { bytes.loadUnaligned(fromByteOffset: $0 * 4, as: Float.self) }
    }
  }

  func bytes(_ name: String) -> [UInt8] {
    guard let entry = entries[name] else { return [] }
    return [UInt8](data[entry.range])
  }

  func maps(_ prefix: String, suffix: String = "", classCount: Int, images: Int? = nil) -> HeadMaps {
    let levels = [8, 16, 32].map { stride in
      let name = "\(prefix).p\(stride)\(suffix)"
      let shape = shape(name)
      var values = floats(name)
      if let images { values = Array(values.prefix(values.count / shape[0] * images)) }
      return HeadMaps.Level(stride: stride, height: shape[2], width: shape[3], values: values)
    }
    return HeadMaps(batch: images ?? shape("\(prefix).p8\(suffix)")[0], classCount: classCount, levels: levels)
  }

  func targets(_ name: String, images: Int? = nil) -> [ObjectTarget] {
    let values = floats(name)
    var targets: [ObjectTarget] = []
    for row in stride(from: 0, to: values.count, by: 6) where Int(values[row]) < images ?? .max {
      targets.append(
        ObjectTarget(
          image: Int(values[row]), classID: Int(values[row + 1]), centreX: values[row + 2], centreY: values[row + 3],
          width: values[row + 4], height: values[row + 5]))
    }
    return targets
  }
}

/// Largest absolute difference of two lists of equal length.
func largestDifference(_ a: [Float], _ b: [Float]) -> Float {
  guard a.count == b.count else { return .infinity }
  return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
