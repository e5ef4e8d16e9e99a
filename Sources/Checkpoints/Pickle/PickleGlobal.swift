import GELAN

/// A class or function a pickle names. Names are compared with a list; nothing is looked up, imported or called.
struct PickleGlobal {
  /// What the reader makes of a call or an instance.
  enum Kind {
    /// `torch._utils._rebuild_tensor_v2`: a tensor from its storage.
    case tensorRebuild
    /// `torch._utils._rebuild_parameter`: the tensor that is its first argument.
    case parameterRebuild
    /// `torch._utils._rebuild_from_type_v2`: a tensor with attributes, by one of the two above.
    case attributedRebuild
    /// A storage class: the element type of a storage.
    case storage(ElementType)
    /// A dictionary type.
    case dictionary
    /// A list or set type.
    case list
    /// `torch.Size`: a tuple.
    case size
    /// A class of which only the attribute dictionary is kept.
    case object
    /// `getattr`, with which a method of an object is written. It is not looked up: what comes of it is of no use.
    case method
    /// A class or constructor without anything of use.
    case opaque
  }

  /// `module.name`, for error messages.
  let name: String
  let kind: Kind

  /// Finds `module` `name` on the list, or refuses.
  init(module: String, name: String) throws(ModelError) {
    self.name = "\(module).\(name)"
    guard let kind = Self.kind(module: module, name: name) else {
      throw ModelError(
        .refused,
        "refused: it names '\(Self.printable(self.name))', which is not among the classes a checkpoint of weights needs; "
          + "nothing was run")
    }
    self.kind = kind
  }

  private static func kind(module: String, name: String) -> Kind? {
    switch (module, name) {
    case ("torch._utils", "_rebuild_tensor_v2"): return .tensorRebuild
    case ("torch._utils", "_rebuild_parameter"), ("torch._utils", "_rebuild_parameter_with_state"):
      return .parameterRebuild
    case ("torch._tensor", "_rebuild_from_type_v2"): return .attributedRebuild
    case ("torch", _) where name.hasSuffix("Storage"): return ElementType(storageClass: name).map(Kind.storage)
    case ("torch", "Size"): return .size
    case ("collections", "OrderedDict"), ("collections", "defaultdict"): return .dictionary
    case ("__builtin__", "set"), ("builtins", "set"), ("__builtin__", "frozenset"), ("builtins", "frozenset"),
      ("__builtin__", "list"), ("builtins", "list"):
      return .list
    case ("argparse", "Namespace"), ("types", "SimpleNamespace"), ("ultralytics.utils", "IterableSimpleNamespace"),
      ("ultralytics.yolo.utils", "IterableSimpleNamespace"), ("torch._dynamo.eval_frame", "OptimizedModule"):
      return .object
    case ("__builtin__", "getattr"), ("builtins", "getattr"): return .method
    default: return modulePrefixes.contains { module.hasPrefix($0) } ? .object : inert.contains(module, name)
    }
  }

  /// Packages whose classes are parts of a network; their instances are kept as attribute dictionaries.
  private static let modulePrefixes = [
    "torch.nn.modules.", "torch.nn.parallel.", "models.", "yolov9.models.", "ultralytics.nn.",
  ]

  private static func printable(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.prefix(120).map { $0.value < 0x20 ? "?" : $0 }))
  }
}

/// Names that training files carry beside the network: metrics, devices, paths, options.
private let inert = InertNames(names: [
  "torch": [
    "device", "float16", "float32", "float64", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool", "half",
    "float", "double", "long", "Tensor",
  ],
  "torch.nn.parameter": ["Parameter", "Buffer"],
  "datetime": ["datetime", "date", "timedelta"],
  "numpy": ["ndarray", "dtype", "float64", "float32", "int64", "int32"],
  "numpy.core.multiarray": ["_reconstruct", "scalar"],
  "numpy._core.multiarray": ["_reconstruct", "scalar"],
  "_codecs": ["encode"],
  "pathlib": ["Path", "PurePath", "PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"],
  "pathlib._local": ["Path", "PurePath", "PosixPath", "PurePosixPath", "WindowsPath", "PureWindowsPath"],
  "ultralytics.utils.loss": ["v8DetectionLoss", "BboxLoss", "DFLoss"],
  "ultralytics.utils.tal": ["TaskAlignedAssigner"],
])

private struct InertNames {
  let names: [String: Set<String>]

  func contains(_ module: String, _ name: String) -> PickleGlobal.Kind? {
    names[module]?.contains(name) == true ? .opaque : nil
  }
}
