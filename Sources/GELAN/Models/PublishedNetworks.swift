extension NetworkSpec {
  /// The networks of the YOLOv9 paper. `gelan-*` are single-branch and what runs at inference; `yolov9-*` are the same
  /// with the auxiliary branch of programmable gradient information to train with.
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

  /// The published network, or one of our own, called `name`, if there is one.
  public static func named(_ name: String) -> NetworkSpec? { (published + own).first { $0.name == name } }

  /// The network that is left for inference: no auxiliary rows, no auxiliary head.
  ///
  /// Row numbers change where rows are dropped before others; `inferenceLayers` tells which row became which.
  public var inference: NetworkSpec {
    guard isDual else { return self }
    var copy = self
    copy.name = name.replacing(prefix: "yolov9", with: "gelan")
    copy.layers = layers.filter { !$0.isTrainingOnly }
    if copy.dropsLeadingPicture { copy.layers.removeFirst() }
    copy.auxiliaryTaps = []
    return copy
  }

  // M and C give the picture a layer number only for the auxiliary branch to refer to.
  private var dropsLeadingPicture: Bool {
    layers.first?.block == .picture && !layers.dropFirst().contains { $0.sources.contains(.picture) }
  }

  /// For each layer number of `inference`, the layer number here: the main path of a dual-branch network *is* the
  /// single-branch one, so converting a checkpoint is renaming.
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
