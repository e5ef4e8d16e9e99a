extension GELANWidths {
  /// Half the size of T, for 320-pixel pictures: one CSP bottleneck a stage, widths that fill whole vectors (every half
  /// of a split is a multiple of eight).
  static let n: GELANWidths = {
    func stage(_ channels: Int, branch: Int) -> Block { .cspElan(channels, channels, branch, depth: 1) }
    return GELANWidths(
      stem: (16, 32), first: .elan(32, 32, 16),
      stages: [(64, stage(64, branch: 32)), (96, stage(96, branch: 48)), (128, stage(128, branch: 64))],
      pooling: (128, 64), topDown: (stage(96, branch: 48), stage(64, branch: 32)),
      bottomUp: [(48, stage(96, branch: 48)), (64, stage(128, branch: 64))], down: { .averageDown($0) })
  }()
}

extension NetworkSpec {
  /// Networks of this package's own; `yolov9-…` are for training `gelan-…` with an auxiliary branch.
  public static let own: [NetworkSpec] = [
    .gelan("gelan-n", .n), .yolov9(smallNamed: "yolov9-n", .n), gelanPico, yolov9Pico,
  ]
}
