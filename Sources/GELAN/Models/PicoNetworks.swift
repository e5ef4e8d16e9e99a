extension GELANWidths {
  /// What one training step on two plain cores can afford: a quarter of T's work. Plain convolutions where maps are
  /// large, CSP bottlenecks where they are small, and a width that fills whole vectors everywhere.
  static let p: GELANWidths = {
    func plain(_ output: Int, _ transition: Int, depth: Int = 2) -> Block {
      .gelan(
        Aggregation(
          output: output, transition: transition, branch: transition / 2, computation: .convolution, depth: depth))
    }
    return GELANWidths(
      stem: (16, 24), first: plain(24, 16, depth: 1),
      stages: [
        (48, plain(48, 48)), (96, .cspElan(96, 64, 32, depth: 1)), (128, .cspElan(128, 96, 48, depth: 1)),
      ],
      pooling: (128, 64), topDown: (plain(64, 64), plain(48, 48)),
      bottomUp: [(48, plain(64, 64)), (64, plain(96, 96))],
      down: { .convolution($0, kernel: 3, stride: 2) })
  }()

  /// PGI at a fifth of the main branch's work: a narrow top-down path from the backbone's taps, with heads of its own.
  var narrowAuxiliaryPath: [NetworkSpec.Layer] {
    func plain(_ output: Int) -> Block {
      .gelan(Aggregation(output: output, transition: 32, branch: 16, computation: .convolution))
    }
    return [
      NetworkSpec.Layer(.convolution(48, kernel: 1, stride: 1), from: ["B5"], tap: "A5"),
      .init(.upsample),
      .init(.concatenation, from: [.previous, "B4"]),
      .init(plain(48), tap: "A4"),
      .init(.upsample),
      .init(.concatenation, from: [.previous, "B3"]),
      .init(plain(32), tap: "A3"),
    ].map(\.auxiliary)
  }
}

extension NetworkSpec {
  private static let separableHead = HeadStyle(form: .separable)

  /// `gelan-p`: the network of the model that comes with the package.
  static let gelanPico = NetworkSpec(
    name: "gelan-p", layers: GELANWidths.p.backbone + GELANWidths.p.neck, mainTaps: ["P3", "P4", "P5"],
    headStyle: separableHead)

  /// `yolov9-p`: the same with an auxiliary branch to train it with.
  static let yolov9Pico = NetworkSpec(
    name: "yolov9-p", layers: gelanPico.layers + GELANWidths.p.narrowAuxiliaryPath, mainTaps: gelanPico.mainTaps,
    auxiliaryTaps: ["A3", "A4", "A5"], headStyle: separableHead)
}
