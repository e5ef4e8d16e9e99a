import Checkpoints
import Foundation
import GELAN
import Scene

/// The output of `model info`.
struct ModelReport: Encodable {
  struct Size: Encodable {
    let parameters: Int
    let gigaflops: Double

    init(_ graph: Graph) {
      parameters = graph.parameterCount
      gigaflops = graph.gigaflops(height: 640, width: 640)
    }
  }
  struct Layer: Encodable {
    let index: Int
    let module: String
    let sources: [String]
    let channels: Int
    let parameters: Int
    let trainingOnly: Bool
  }
  struct File: Encodable {
    let container: String
    let bytes: Int
    let tensors: Int
    let isFolded: Bool
    let licence: String?
    let family: String?
    let origin: String?
    let classNames: [String]
  }

  let architecture: String
  let head: String
  let classes: Int
  let strides: [Int]
  let unfolded: Size
  let folded: Size
  /// Single-branch and folded, as it runs. Equal to `folded` for a network without auxiliary branch.
  let inference: Size
  let layers: [Layer]
  var file: File?

  init(spec: NetworkSpec) {
    let graph = spec.graph()
    architecture = spec.name
    let finest = graph.nodes[graph.mainHead.levels[0].classes]
    var width = finest.channels
    if case .convolution(let convolution) = finest.operation { width = convolution.inputChannels }
    head =
      (spec.headStyle.boxGroups == 1
        ? "dense box branch (Ultralytics)" : "box branch in \(spec.headStyle.boxGroups) groups (official)")
      + ", class width \(width)"
    classes = spec.classCount
    strides = graph.mainHead.levels.map(\.stride)
    unfolded = Size(graph)
    folded = Size(graph.folded)
    inference = Size(spec.inference.graph().folded)
    layers = Self.layers(of: spec, graph: graph)
  }

  init(checkpoint: Checkpoint, network: Checkpoint.Network) {
    self.init(spec: network.spec)
    file = File(
      container: checkpoint.container.rawValue, bytes: checkpoint.byteCount, tensors: checkpoint.tensors.count,
      isFolded: network.isFolded, licence: checkpoint.description.licence ?? checkpoint.description.family?.licence,
      family: checkpoint.description.family?.rawValue, origin: checkpoint.description.origin,
      classNames: network.classNames)
  }

  private static func layers(of spec: NetworkSpec, graph: Graph) -> [Layer] {
    var parameters = [Int](repeating: 0, count: spec.layers.count + 1)
    var channels = [Int](repeating: 0, count: spec.layers.count + 1)
    for node in graph.nodes {
      let parts = node.name.split(separator: ".")
      guard parts.count >= 2, let layer = Int(parts[1]), parameters.indices.contains(layer) else { continue }
      channels[layer] = node.channels
      if case .convolution(let convolution) = node.operation {
        parameters[layer] += Graph.parameterCount(of: convolution)
      }
    }
    parameters[spec.layers.count] += graph.heads.reduce(0) { $0 + $1.bins }
    let rows = spec.layers.enumerated().map { index, layer in
      Layer(
        index: index, module: layer.block.moduleName,
        sources: layer.sources.map { source in
          switch source {
          case .previous: "-1"
          case .input: "input"
          case .tap(let name): name
          }
        }, channels: channels[index], parameters: parameters[index], trainingOnly: layer.isTrainingOnly)
    }
    let head = Layer(
      index: spec.layers.count, module: spec.isDual ? "DualDDetect" : "DDetect",
      sources: spec.auxiliaryTaps + spec.mainTaps, channels: 4 * spec.headStyle.bins + spec.classCount,
      parameters: parameters[spec.layers.count], trainingOnly: false)
    return rows + [head]
  }

  func text(withLayers: Bool) -> String {
    var lines = [
      "\(architecture): \(head), \(classes.counted("class", plural: "classes")), strides \(strides.map(String.init).joined(separator: " "))"
    ]
    if let file {
      lines.append(
        "  file       \(file.container), \(file.bytes.counted("byte")), \(file.tensors.counted("tensor")), \(file.isFolded ? "folded" : "not folded")"
      )
      lines.append("  licence    \(file.licence ?? "not stated in the file: ask where the weights come from")")
      if let family = file.family {
        lines.append("  family     \(family); weights of your own training may have another licence")
      }
      if let origin = file.origin { lines.append("  origin     \(origin)") }
    }
    for (label, size) in [("as trained", unfolded), ("folded", folded), ("inference", inference)] {
      lines.append(
        "  \(label.padded(10)) \(String(size.parameters).padded(-11)) parameters \(String(format: "%8.2f", size.gigaflops)) GFLOPs"
      )
    }
    if withLayers {
      lines.append("")
      lines.append("    # module        channels  parameters  from")
      for layer in layers {
        lines.append(
          "\(String(layer.index).padded(-5)) \(layer.module.padded(13)) \(String(layer.channels).padded(-8)) "
            + "\(String(layer.parameters).padded(-11))  \(layer.sources.joined(separator: " "))"
            + (layer.trainingOnly ? "  (training only)" : ""))
      }
    }
    return lines.joined(separator: "\n")
  }
}

extension Block {
  /// The module name in the published tables.
  fileprivate var moduleName: String {
    switch self {
    case .input: "Silence"
    case .convolution: "Conv"
    case .gelan(let spec):
      switch spec.computation {
      case .convolution: "ELAN1"
      case .csp: "RepNCSPELAN4"
      case .residual: "GELAN-Res"
      case .dark: "GELAN-Dark"
      case .depthwise: "GELAN-DW"
      case .attention: "GELAN-Attention"
      }
    case .averageDown: "AConv"
    case .splitDown: "ADown"
    case .pyramidPooling: "SPPELAN"
    case .upsample: "Upsample"
    case .concatenation: "Concat"
    case .crossLinear: "CBLinear"
    case .crossFusion: "CBFuse"
    }
  }
}
