/// Networks of this package for small images: plain convolutions in the stages with large maps, one CSP bottleneck in
/// those with small maps.
extension GELANWidths {
  /// A quarter of T's operations, for training on two cores without special instructions.
  static let p = GELANWidths(
    stem: (16, 24), first: plain(24, 16, depth: 1),
    stages: [
      (48, plain(48, 48)), (96, .cspElan(96, 64, 32, depth: 1)), (128, .cspElan(128, 96, 48, depth: 1)),
    ],
    pooling: (128, 64), topDown: (plain(64, 64), plain(48, 48)), bottomUp: [(48, plain(64, 64)), (64, plain(96, 96))],
    down: halving)

  /// Two thirds of T's parameters at half its operations: wide where maps are small, since width is cheap there, and
  /// every half of a split a multiple of sixteen channels, so that vectors are full.
  static let n = GELANWidths(
    stem: (16, 32), first: plain(32, 32, depth: 1),
    stages: [
      (64, plain(64, 64)), (128, .cspElan(128, 128, 64, depth: 1)), (192, .cspElan(192, 128, 64, depth: 1)),
    ],
    pooling: (192, 96), topDown: (plain(96, 96), plain(64, 64)),
    bottomUp: [(64, plain(96, 96)), (96, plain(128, 128))],
    down: halving)

  /// A chain of plain convolutions, half as wide as the split part.
  private static func plain(_ output: Int, _ transition: Int, depth: Int = 2) -> Block {
    .gelan(
      Aggregation(
        output: output, transition: transition, branch: transition / 2, computation: .convolution, depth: depth))
  }

  private static let halving: @Sendable (Int) -> Block = { .convolution($0, kernel: 3, stride: 2) }

  /// PGI at a fifth of the main branch's operations: a narrow top-down path from the backbone's taps, with its own
  /// heads.
  fileprivate var narrowAuxiliaryPath: [NetworkSpec.Layer] {
    [
      NetworkSpec.Layer(.convolution(48, kernel: 1, stride: 1), from: ["B5"], tap: "A5"),
      .init(.upsample),
      .init(.concatenation, from: [.previous, "B4"]),
      .init(Self.plain(48, 32), tap: "A4"),
      .init(.upsample),
      .init(.concatenation, from: [.previous, "B3"]),
      .init(Self.plain(32, 32), tap: "A3"),
    ].map(\.auxiliary)
  }
}

extension NetworkSpec {
  /// Networks of this package; `yolov9-…` are `gelan-…` with an auxiliary branch for training.
  public static let own: [NetworkSpec] =
    light("p", .p, classWidth: .official) + light("n", .n, classWidth: .fixed(96))

  /// `gelan-…` and `yolov9-…`, with separable heads.
  private static func light(
    _ letter: String, _ widths: GELANWidths, classWidth: HeadStyle.ClassWidth
  ) -> [NetworkSpec] {
    let style = HeadStyle(classWidth: classWidth, form: .separable)
    let inference = NetworkSpec(
      name: "gelan-\(letter)", layers: widths.backbone + widths.neck, mainTaps: ["P3", "P4", "P5"], headStyle: style)
    var training = inference
    training.name = "yolov9-\(letter)"
    training.layers += widths.narrowAuxiliaryPath
    training.auxiliaryTaps = ["A3", "A4", "A5"]
    return [inference, training]
  }
}
