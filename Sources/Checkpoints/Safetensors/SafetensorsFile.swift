public import GELAN

/// A file of tensors in the safetensors format: eight bytes of header length, a JSON header, and the numbers.
///
/// The format is described at https://github.com/huggingface/safetensors. As its reference reader does, this one asks
/// that the tensors fill the data part without gap or overlap.
public struct SafetensorsFile: Sendable {
  /// Tensors by name.
  public let tensors: [String: StoredTensor]
  /// The free-form texts of the header.
  public let metadata: [String: String]

  /// Largest header that is read: 30 kB are usual, and each tensor takes about 100 bytes.
  static let headerLimit = 2 << 20

  /// Opens the file at `path` and checks its header; numbers are read when asked for.
  public init(path: String) throws(ModelError) {
    self = try SafetensorsFile(file: try FileBytes(path: path))
  }

  init(file: FileBytes) throws(ModelError) {
    guard file.count >= 8 else { throw ModelError(.damaged, "is truncated: it has \(file.count) bytes") }
    var prefix = ByteCursor(try file.read(at: 0, count: 8))
    let headerCount = try prefix.long()
    guard headerCount <= Self.headerLimit else {
      throw ModelError(.damaged, "states a header of \(headerCount) bytes; at most \(Self.headerLimit) are read")
    }
    guard headerCount <= file.count - 8 else {
      throw ModelError(.damaged, "is truncated: its header of \(headerCount) bytes goes beyond its end")
    }
    let header = try JSONDocument(parsing: try file.read(at: 8, count: headerCount))
    guard let members = header.object else { throw ModelError(.damaged, "has a header that is no JSON object") }

    let data = 8 + headerCount
    var metadata: [String: String] = [:]
    var tensors: [String: StoredTensor] = [:]
    var extents: [(range: Range<Int>, name: String)] = []
    tensors.reserveCapacity(members.count)
    extents.reserveCapacity(members.count)
    for (name, value) in members {
      if name == "__metadata__" {
        guard let texts = value.object else { throw ModelError(.damaged, "has metadata that is no JSON object") }
        metadata = texts.compactMapValues(\.text)
        continue
      }
      let (tensor, extent) = try Self.tensor(value, name: name, data: data, file: file)
      tensors[name] = tensor
      extents.append((extent, name))
    }
    extents.sort { ($0.range.lowerBound, $0.range.upperBound) < ($1.range.lowerBound, $1.range.upperBound) }
    var end = 0
    for (range, name) in extents {
      guard range.lowerBound == end else {
        throw ModelError(.damaged, "places '\(name.prefix(120))' at \(range.lowerBound), where \(end) is next")
      }
      end = range.upperBound
    }
    guard data + end == file.count else {
      throw ModelError(.damaged, "has \(file.count - data) bytes of numbers where its header describes \(end)")
    }
    self.tensors = tensors
    self.metadata = metadata
  }

  private static func tensor(_ value: JSONDocument, name: String, data: Int, file: FileBytes) throws(ModelError)
    -> (StoredTensor, Range<Int>)
  {
    let label = name.prefix(120)
    guard let fields = value.object, let typeName = fields["dtype"]?.text,
      let extents = fields["shape"]?.array, let offsets = fields["data_offsets"]?.array, offsets.count == 2,
      let begin = offsets[0].integer, let end = offsets[1].integer, begin >= 0, begin <= end,
      extents.count <= 8
    else { throw ModelError(.damaged, "describes '\(label)' in an unknown way") }
    guard let type = ElementType(rawValue: typeName) else {
      throw ModelError(.unsupported, "stores '\(label)' as '\(typeName.prefix(40))', which is not read")
    }
    let shape = extents.compactMap(\.integer)
    guard shape.count == extents.count, let count = StoredTensor.product(shape) else {
      throw ModelError(.damaged, "states an impossible shape for '\(label)'")
    }
    let (bytes, overflow) = count.multipliedReportingOverflow(by: type.byteCount)
    guard !overflow, bytes == end - begin else {
      throw ModelError(
        .damaged,
        "gives '\(label)' \(end - begin) bytes where \(StoredTensor.text(of: shape)) \(typeName) needs another number"
      )
    }
    guard end <= file.count - data else {
      throw ModelError(.damaged, "is truncated: '\(label)' ends at \(end) of \(file.count - data) bytes")
    }
    let tensor = try StoredTensor(
      shape: shape, elementType: type, file: file, storageOffset: data + begin, storageCount: count)
    return (tensor, begin..<end)
  }
}
