/// Widths of the networks T, S, M and C, which have one structure: three-level backbone, pyramid pooling, a top-down
/// and a bottom-up path. After the YOLOv9 paper's published configurations.
struct GELANWidths {
  var stem: (Int, Int)
  var first: Block
  /// Backbone stages at stride 8, 16, 32: width of the downsampling layer and the stage behind it.
  var stages: [(down: Int, block: Block)]
  var pooling: (output: Int, hidden: Int)
  /// Stages of the neck: top-down at 16, 8 (P3), bottom-up at 16 (P4), 32 (P5).
  var topDown: (Block, Block)
  var bottomUp: [(down: Int, block: Block)]
  /// The downsampling block.
  var down: @Sendable (Int) -> Block

  /// The three-stage structure of T and S: all widths are multiples of one.
  private static func small(_ width: Int) -> GELANWidths {
    func stage(_ channels: Int) -> Block { .cspElan(channels, channels, channels / 2, depth: 3) }
    return GELANWidths(
      stem: (width, 2 * width), first: .elan(2 * width, 2 * width, width),
      stages: [(4 * width, stage(4 * width)), (6 * width, stage(6 * width)), (8 * width, stage(8 * width))],
      pooling: (8 * width, 4 * width), topDown: (stage(6 * width), stage(4 * width)),
      bottomUp: [(3 * width, stage(6 * width)), (4 * width, stage(8 * width))], down: { .averageDown($0) })
  }

  static let t = small(16)
  static let s = small(32)

  static let m: GELANWidths = {
    func stage(_ channels: Int) -> Block { .cspElan(channels, channels, channels / 2, depth: 1) }
    return GELANWidths(
      stem: (32, 64), first: stage(128), stages: [(240, stage(240)), (360, stage(360)), (480, stage(480))],
      pooling: (480, 240), topDown: (stage(360), stage(240)),
      // The published file states 180 channels here and rounds them up to a multiple of eight.
      bottomUp: [(184, stage(360)), (240, stage(480))], down: { .averageDown($0) })
  }()

  static let c: GELANWidths = {
    let wide = Block.cspElan(512, 512, 256, depth: 1)
    return GELANWidths(
      stem: (64, 128), first: .cspElan(256, 128, 64, depth: 1),
      stages: [(256, .cspElan(512, 256, 128, depth: 1)), (512, wide), (512, wide)], pooling: (512, 256),
      topDown: (wide, .cspElan(256, 256, 128, depth: 1)), bottomUp: [(256, wide), (512, wide)],
      down: { .splitDown($0) })
  }()

  /// Backbone with taps B3, B4, B5 at strides 8, 16, 32.
  var backbone: [NetworkSpec.Layer] {
    stemRows
      + stages.enumerated().flatMap { index, stage in
        [NetworkSpec.Layer(down(stage.down)), .init(stage.block, tap: "B\(index + 3)")]
      }
  }

  private var stemRows: [NetworkSpec.Layer] {
    [
      .init(.convolution(stem.0, kernel: 3, stride: 2)), .init(.convolution(stem.1, kernel: 3, stride: 2)),
      .init(first),
    ]
  }

  /// Neck with taps N5, N4 (top-down) and P3, P4, P5 (inputs of the head).
  var neck: [NetworkSpec.Layer] {
    [
      .init(.pyramidPooling(output: pooling.output, hidden: pooling.hidden), tap: "N5"),
      .init(.upsample),
      .init(.concatenation, from: [.previous, "B4"]),
      .init(topDown.0, tap: "N4"),
      .init(.upsample),
      .init(.concatenation, from: [.previous, "B3"]),
      .init(topDown.1, tap: "P3"),
      .init(down(bottomUp[0].down)),
      .init(.concatenation, from: [.previous, "N4"]),
      .init(bottomUp[0].block, tap: "P4"),
      .init(down(bottomUp[1].down)),
      .init(.concatenation, from: [.previous, "N5"]),
      .init(bottomUp[1].block, tap: "P5"),
    ]
  }

  /// PGI of T and S: a second top-down path from the backbone's taps, with its own heads.
  var auxiliaryPath: [NetworkSpec.Layer] {
    [
      NetworkSpec.Layer(.pyramidPooling(output: pooling.output, hidden: pooling.hidden), from: ["B5"], tap: "A5"),
      .init(.upsample),
      .init(.concatenation, from: [.previous, "B4"]),
      .init(topDown.0, tap: "A4"),
      .init(.upsample),
      .init(.concatenation, from: [.previous, "B3"]),
      .init(topDown.1, tap: "A3"),
    ].map(\.auxiliary)
  }

  /// PGI of M and C: a second, reversible backbone that starts again from the image, so that no information of the
  /// input is lost, and receives at each level the sum of projections of all deeper levels of the main one.
  var auxiliaryBackbone: [NetworkSpec.Layer] {
    let widths = stages.map(\.down)
    var rows: [NetworkSpec.Layer] = (0..<3).map { level in
      .init(.crossLinear(Array(widths[0...level])), from: [.tap("B\(level + 3)")], tap: "L\(level + 3)")
    }
    var stem = stemRows
    stem[0].sources = [.input]
    rows += stem
    for (level, stage) in stages.enumerated() {
      let deeper = (level..<3).map { NetworkSpec.Source.tap("L\($0 + 3)") }
      rows.append(.init(down(stage.down)))
      rows.append(.init(.crossFusion(deeper.map { _ in level }), from: deeper + [.previous]))
      rows.append(.init(stage.block, tap: "A\(level + 3)"))
    }
    return rows.map(\.auxiliary)
  }
}

extension NetworkSpec {
  private static let main = ["P3", "P4", "P5"]
  private static let auxiliary = ["A3", "A4", "A5"]

  static func gelan(_ name: String, _ widths: GELANWidths) -> NetworkSpec {
    NetworkSpec(name: name, layers: widths.backbone + widths.neck, mainTaps: main)
  }

  static func yolov9(smallNamed name: String, _ widths: GELANWidths) -> NetworkSpec {
    NetworkSpec(
      name: name, layers: widths.backbone + widths.neck + widths.auxiliaryPath, mainTaps: main,
      auxiliaryTaps: auxiliary)
  }

  static func yolov9(largeNamed name: String, _ widths: GELANWidths) -> NetworkSpec {
    NetworkSpec(
      name: name, layers: [.init(.input)] + widths.backbone + widths.neck + widths.auxiliaryBackbone,
      mainTaps: main, auxiliaryTaps: auxiliary)
  }
}
