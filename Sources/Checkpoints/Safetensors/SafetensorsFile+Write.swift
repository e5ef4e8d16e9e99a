public import GELAN
import JSON

extension SafetensorsFile {
  /// A tensor to be written.
  public struct Entry: Sendable {
    let name: String
    let tensor: WeightTensor
    let elementType: ElementType

    /// `tensor` under `name`, its numbers stored as `elementType`, which must be `float32` or `float16`, or `int8` or `uint8`
    /// for integers that fit.
    public init(name: String, tensor: WeightTensor, elementType: ElementType = .float32) {
      precondition(
        [.float32, .float16, .int8, .uint8].contains(elementType), "stored as single or half precision or as bytes")
      self.name = name
      self.tensor = tensor
      self.elementType = elementType
    }
  }

  /// Writes `entries`, which must have different names, and `metadata` to a new file at `path`.
  ///
  /// The file appears at once and whole or not at all; one that was there is replaced. Equal input gives equal bytes.
  public static func write(
    _ entries: [Entry], metadata: [String: String], to path: String
  ) throws(ModelError) {
    // Wider numbers first, so that each stays aligned to its size; by name within one width.
    let ordered = entries.sorted { ($1.elementType.byteCount, $0.name) < ($0.elementType.byteCount, $1.name) }
    var header: [String: JSONValue] = [:]
    if !metadata.isEmpty { header["__metadata__"] = .sorted(metadata.mapValues { .string($0) }) }
    var offset = 0
    for entry in ordered {
      let end = offset + entry.tensor.values.count * entry.elementType.byteCount
      header[entry.name] = [
        "data_offsets": [.integer(offset), .integer(end)], "dtype": .string(entry.elementType.rawValue),
        "shape": .array(entry.tensor.shape.map { .integer($0) }),
      ]
      offset = end
    }
    var text = Array(JSONValue.sorted(header).text.utf8)
    while !text.count.isMultiple(of: 8) { text.append(UInt8(ascii: " ")) }

    var output = try NewFile(path: path)
    try output.append((0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) })
    try output.append(text)
    for entry in ordered { try output.append(try entry.bytes()) }
    try output.commit()
  }
}

extension SafetensorsFile.Entry {
  fileprivate func bytes() throws(ModelError) -> [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(tensor.values.count * elementType.byteCount)
    for value in tensor.values {
      if elementType == .int8 || elementType == .uint8 {
        bytes.append(UInt8(truncatingIfNeeded: Int(value)))
      } else if elementType == .float16 {
        let half = ElementType.half(value)
        guard half & 0x7C00 != 0x7C00 else {
          throw ModelError(.unwritable, "'\(name)' has the value \(value), which half precision cannot hold; write f32")
        }
        bytes.append(UInt8(truncatingIfNeeded: half))
        bytes.append(UInt8(truncatingIfNeeded: half >> 8))
      } else {
        for shift in stride(from: UInt32(0), to: 32, by: 8) {
          bytes.append(UInt8(truncatingIfNeeded: value.bitPattern >> shift))
        }
      }
    }
    return bytes
  }
}
