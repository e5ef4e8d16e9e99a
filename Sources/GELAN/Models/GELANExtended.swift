/// Network E: two backbones in sequence; cross-level connections feed each level of the second from the first.
/// Inference needs both. After the YOLOv9 paper's published configuration.
enum GELANExtended {
  private static func stage(_ output: Int, _ transition: Int, _ branch: Int) -> Block {
    .cspElan(output, transition, branch, depth: 2)
  }

  /// First backbone with taps F1…F5, its projections L1…L5, and the second backbone with taps B3, B4, B5.
  static var backbones: [NetworkSpec.Layer] {
    let widths = [64, 128, 256, 512, 1024]
    func fusion(level: Int) -> NetworkSpec.Layer {
      let deeper = ((level + 1)...5).map { NetworkSpec.Source.tap("L\($0)") }
      return .init(.crossFusion(deeper.map { _ in level }), from: deeper + [.previous])
    }
    let first: [NetworkSpec.Layer] = [
      .init(.input),
      .init(.convolution(64, kernel: 3, stride: 2), tap: "F1"),
      .init(.convolution(128, kernel: 3, stride: 2)),
      .init(stage(256, 128, 64), tap: "F2"),
      .init(.splitDown(256)),
      .init(stage(512, 256, 128), tap: "F3"),
      .init(.splitDown(512)),
      .init(stage(1024, 512, 256), tap: "F4"),
      .init(.splitDown(1024)),
      .init(stage(1024, 512, 256), tap: "F5"),
    ]
    let projections = (1...5).map { level in
      NetworkSpec.Layer(.crossLinear(Array(widths[..<level])), from: [.tap("F\(level)")], tap: "L\(level)")
    }
    let second: [NetworkSpec.Layer] = [
      .init(.convolution(64, kernel: 3, stride: 2), from: [.input]),
      fusion(level: 0),
      .init(.convolution(128, kernel: 3, stride: 2)),
      fusion(level: 1),
      .init(stage(256, 128, 64)),
      .init(.splitDown(256)),
      fusion(level: 2),
      .init(stage(512, 256, 128), tap: "B3"),
      .init(.splitDown(512)),
      fusion(level: 3),
      .init(stage(1024, 512, 256), tap: "B4"),
      .init(.splitDown(1024)),
      fusion(level: 4),
      .init(stage(1024, 512, 256), tap: "B5"),
    ]
    return first + projections + second
  }

  /// Pyramid pooling and a top-down path over `taps` (strides 8, 16, 32), named `prefix`5, 4, 3.
  private static func topDown(from taps: [String], prefix: (top: String, middle: String, fine: String))
    -> [NetworkSpec.Layer]
  {
    [
      .init(.pyramidPooling(output: 512, hidden: 256), from: [.tap(taps[2])], tap: prefix.top),
      .init(.upsample),
      .init(.concatenation, from: [.previous, .tap(taps[1])]),
      .init(stage(512, 512, 256), tap: prefix.middle),
      .init(.upsample),
      .init(.concatenation, from: [.previous, .tap(taps[0])]),
      .init(stage(256, 256, 128), tap: prefix.fine),
    ]
  }

  static var neck: [NetworkSpec.Layer] {
    topDown(from: ["B3", "B4", "B5"], prefix: ("N5", "N4", "P3")) + [
      .init(.splitDown(256)),
      .init(.concatenation, from: [.previous, "N4"]),
      .init(stage(512, 512, 256), tap: "P4"),
      .init(.splitDown(512)),
      .init(.concatenation, from: [.previous, "N5"]),
      .init(stage(512, 1024, 512), tap: "P5"),
    ]
  }

  /// PGI of E: a top-down path on the first backbone.
  static var auxiliaryPath: [NetworkSpec.Layer] {
    topDown(from: ["F3", "F4", "F5"], prefix: ("A5", "A4", "A3")).map(\.auxiliary)
  }
}
