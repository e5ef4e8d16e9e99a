public import GELAN

/// A file of weights as it was found: tensors by state-dict name, and the file's description.
///
/// Opening reads the description only and checks every bound; numbers are read when asked for. `Checkpoint+Network`
/// returns which network it is, `InferenceModel` makes of it what runs.
public struct Checkpoint: Sendable {
  /// How a file is written.
  public enum Container: String, Hashable, Sendable {
    /// A zip archive with a pickle, by `torch.save`.
    case torch
    /// The safetensors format.
    case safetensors
    /// An ONNX export.
    case onnx = "ONNX"
  }

  /// Where it was opened.
  public let path: String
  /// How it is written.
  public let container: Container
  /// Size of the file in bytes.
  public let byteCount: Int
  /// Tensors by state-dict name, such as `model.0.conv.weight`.
  public let tensors: [String: StoredTensor]
  /// The file's description.
  public private(set) var description: Description
  /// The archive around it, in a file by `torch.save`.
  private let archive: ZipArchive?

  /// The description in a file. Everything may be missing.
  public struct Description: Hashable, Sendable {
    /// Names of the classes by index.
    public var classNames: [String]?
    /// Pixels per cell of the head's levels, finest first.
    public var strides: [Int]?
    /// Name of the network in a file written by this program.
    public var architecture: String?
    /// Whether the network's activation is ReLU instead of SiLU.
    public var usesReLU = false
    /// Side in pixels of the images that the network was trained on.
    public var imageSize: Int?
    /// The licence the file states.
    public var licence: String?
    /// Whose code wrote it, if that is known.
    public var family: Family?
    /// Which of several copies was taken, or where the file was converted from.
    public var origin: String?
    /// How it was quantised, in words; empty if unknown.
    public var quantisationRecord: [String: String] = [:]

    init() {}
  }

  /// Projects whose weights are known by their form.
  public enum Family: String, Hashable, Sendable {
    /// WongKinYiu/yolov9, where the networks come from.
    case official = "WongKinYiu/yolov9"
    /// Ultralytics.
    case ultralytics = "Ultralytics"
    /// MultimediaTechLab/YOLO.
    case multimediaTech = "MultimediaTechLab/YOLO"

    /// The licence of the project and of the weights it publishes; weights that were trained with it may have another.
    public var licence: String {
      switch self {
      case .official: "GPL-3.0"
      case .ultralytics: "AGPL-3.0"
      case .multimediaTech: MultimediaTechNames.licence
      }
    }
  }

  /// Opens the checkpoint at `path`, whatever its name: the first bytes tell what it is.
  public init(path: String) throws(ModelError) {
    do throws(ModelError) {
      let file = try FileBytes(path: path)
      let start = try file.read(at: 0, count: min(file.count, 32))
      if start.starts(with: ZipArchive.signature) {
        let archive = try ZipArchive(file: file)
        let module = try TorchArchive(archive).network()
        self.init(
          path: path, container: .torch, file: file, tensors: module.tensors, description: module.description,
          archive: archive)
      } else if start.count > 8, start[8] == UInt8(ascii: "{") {
        let contents = try SafetensorsFile(file: file)
        self.init(
          path: path, container: .safetensors, file: file, tensors: contents.tensors,
          description: try Description(metadata: contents.metadata))
      } else if ONNXFile.isLikely(start) {
        let contents = try ONNXFile(file: file, path: path)
        var description = try Description(metadata: contents.metadata)
        description.usesReLU = contents.usesReLU
        if contents.metadata["author"] == Family.ultralytics.rawValue { description.family = .ultralytics }
        self.init(
          path: path, container: .onnx, file: file, tensors: contents.tensors, description: description)
      } else if start.first == 0x80 {
        throw ModelError(.unsupported, "was written by a torch older than 1.6; load and save it there once")
      } else {
        throw ModelError(.unsupported, Self.otherFormat(start))
      }
    } catch { throw error.about(path) }
  }

  private init(
    path: String, container: Container, file: FileBytes, tensors: [String: StoredTensor], description: Description,
    archive: ZipArchive? = nil
  ) {
    self.path = path
    self.container = container
    byteCount = file.count
    let names = StateNames(tensors)
    self.tensors = names.tensors
    self.description = description
    if let origin = names.origin { self.description.origin = origin }
    if names.isMultimediaTech { self.description.family = .multimediaTech }
    self.archive = archive
  }

  /// Compares the checksums of an archive and reads every tensor once. An error names the first one that cannot be read
  /// or holds a value that is not finite.
  public func readAll() throws(ModelError) {
    do throws(ModelError) { try archive?.verify() } catch { throw error.about(path) }
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      do throws(ModelError) { _ = try tensor.floats() } catch {
        throw ModelError(error.code, "\(path): \(name): \(error.message)")
      }
    }
  }
}

extension Checkpoint.Description {
  /// Keys of the metadata that this program writes.
  enum Key {
    static let architecture = "architecture"
    static let classes = "classes"
    static let strides = "strides"
    static let imageSize = "imgsz"
    static let licence = "licence"
    static let origin = "origin"
    static let format = "format"
    static let activation = "activation"
  }

  /// Value of `Key.format` in files written by this program, with the version of the layout.
  static let formatName = "yolostream-1"

  /// Reads the metadata of a safetensors file, also as others write it.
  init(metadata: [String: String]) throws(ModelError) {
    if let format = metadata[Key.format], format.hasPrefix("yolostream-"), format != Self.formatName {
      throw ModelError(.unsupported, "has the format '\(format.prefix(40))'; '\(Self.formatName)' is read")
    }
    if metadata[Key.format] == Self.formatName { architecture = metadata[Key.architecture] }
    if let text = metadata[Key.classes] ?? metadata["names"] {
      classNames = try MetadataText.names(text)
    }
    // One number is the coarsest stride, not the list of all three.
    if let text = metadata[Key.strides] ?? metadata["stride"], let numbers = MetadataText.numbers(text),
      numbers.count > 1
    {
      strides = numbers.compactMap { Int(exactly: $0) }
    }
    usesReLU = metadata[Key.activation] == "relu"
    imageSize = metadata[Key.imageSize].flatMap(MetadataText.side)
    licence = metadata[Key.licence] ?? metadata["license"]
    origin = metadata[Key.origin]
    for (key, text) in metadata where key.hasPrefix(Quantisation.recordPrefix) {
      quantisationRecord[String(key.dropFirst(Quantisation.recordPrefix.count))] = Self.printable(text)
    }
  }

  /// Names in the order of their indices; a class that is left out is called by its number.
  static func names(_ numbered: [(index: Int, name: String)]) throws(ModelError) -> [String] {
    var names: [Int: String] = [:]
    for (index, name) in numbered {
      guard (0..<MetadataText.nameLimit).contains(index), names.updateValue(printable(name), forKey: index) == nil
      else {
        throw ModelError(.damaged, "numbers its \(numbered.count) classes below zero, too high or twice")
      }
    }
    return (0..<(names.keys.max().map { $0 + 1 } ?? 0)).map { names[$0] ?? "class \($0)" }
  }

  /// A name without what would break a line of a log.
  static func printable(_ name: String) -> String {
    String(
      String.UnicodeScalarView(name.unicodeScalars.prefix(200).map { $0.value < 0x20 || $0.value == 0x7F ? " " : $0 }))
  }
}
