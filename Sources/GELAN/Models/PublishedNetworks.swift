extension NetworkSpec {
  /// The networks of the YOLOv9 paper. `gelan-*` are the single-branch networks that run at inference; `yolov9-*` are
  /// the same with the auxiliary branch of programmable gradient information for training.
  public static let published: [NetworkSpec] = [
    .gelan("gelan-t", .t),
    .gelan("gelan-s", .s),
    .gelan("gelan-m", .m),
    .gelan("gelan-c", .c),
    NetworkSpec(
      name: "gelan-e", layers: GELANExtended.backbones + GELANExtended.neck, mainTaps: ["P3", "P4", "P5"]),
    .yolov9(smallNamed: "yolov9-t", .t),
    .yolov9(smallNamed: "yolov9-s", .s),
    .yolov9(largeNamed: "yolov9-m", .m),
    .yolov9(largeNamed: "yolov9-c", .c),
    NetworkSpec(
      name: "yolov9-e", layers: GELANExtended.backbones + GELANExtended.auxiliaryPath + GELANExtended.neck,
      mainTaps: ["P3", "P4", "P5"], auxiliaryTaps: ["A3", "A4", "A5"]),
  ]

  /// The network called `name`, published or of this package.
  public static func named(_ name: String) -> NetworkSpec? { (published + own).first { $0.name == name } }

  /// The network without auxiliary rows and auxiliary head.
  ///
  /// Row numbers change where rows before them are dropped; `inferenceLayers` maps them.
  public var inference: NetworkSpec {
    guard isDual else { return self }
    var copy = self
    copy.name = nameOfMainBranch.replacing(prefix: "yolov9", with: "gelan")
    copy.layers = layers.filter { !$0.isTrainingOnly }
    if copy.dropsLeadingInput { copy.layers.removeFirst() }
    copy.auxiliaryTaps = []
    return copy
  }

  // M and C give the input a layer number only because the auxiliary branch refers to it.
  private var dropsLeadingInput: Bool {
    layers.first?.block == .input && !layers.dropFirst().contains { $0.sources.contains(.input) }
  }

  /// For each layer number of `inference`, the layer number here. The main path of a dual-branch network is the
  /// single-branch network, so a checkpoint is converted by renaming.
  public var inferenceLayers: [Int] {
    var kept = layers.indices.filter { !layers[$0].isTrainingOnly }
    if isDual, inference.layers.count < kept.count { kept.removeFirst() }
    return kept + [layers.count]
  }
}

extension String {
  fileprivate func replacing(prefix: String, with replacement: String) -> String {
    hasPrefix(prefix) ? replacement + dropFirst(prefix.count) : self
  }
}
