public import Foundation

extension Picture {
  /// Reads a binary PPM (`P6`, 8 bits), the simplest picture file; `nil` if it is not one.
  public init?(portablePixmap data: Data) {
    var fields: [Int] = []
    var position = data.startIndex
    guard data.count > 8, data[position] == UInt8(ascii: "P"), data[position + 1] == UInt8(ascii: "6") else {
      return nil
    }
    position += 2
    while fields.count < 3, position < data.endIndex {
      let byte = data[position]
      if byte == UInt8(ascii: "#") {
        while position < data.endIndex, data[position] != 10 { position += 1 }
      } else if (48...57).contains(byte) {
        var value = 0
        while position < data.endIndex, (48...57).contains(data[position]), value < 1_000_000 {
          value = value * 10 + Int(data[position] - 48)
          position += 1
        }
        fields.append(value)
      } else {
        position += 1
      }
    }
    position += 1
    guard fields.count == 3, fields[2] == 255, (1...32768).contains(fields[0]), (1...32768).contains(fields[1]),
      data.endIndex - position >= fields[0] * fields[1] * 3
    else { return nil }
    self.init(
      width: fields[0], height: fields[1], pixels: [UInt8](data[position..<position + fields[0] * fields[1] * 3]))
  }
}
