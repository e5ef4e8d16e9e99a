import Capture
import Foundation
import Imaging
import Scene
import Testing

@testable import Outputs

@Suite struct HeatMapImageTests {
  private func map(_ x: Float, _ y: Float, _ seconds: Double, isStationary: Bool = false) -> HeatMap {
    var map = HeatMap()
    map.add(
      Presence(
        from: .init(x: x, y: y), to: .init(x: x, y: y), seconds: seconds, classID: 0, isStationary: isStationary),
      label: "person")
    return map
  }

  /// The colour at a point of the frame, in fractions of its size; the legend is below it.
  private func colour(of image: RGBImage, x: Double, y: Double, frameHeight: Int) -> Colour {
    let start = (Int(y * Double(frameHeight)) * image.width + Int(x * Double(image.width))) * 3
    return Colour(red: image.bytes[start], green: image.bytes[start + 1], blue: image.bytes[start + 2])
  }

  /// OKLab (Ottosson 2020) of an sRGB colour.
  private func lab(_ colour: Colour) -> [Double] {
    func linear(_ level: UInt8) -> Double {
      let value = Double(level) / 255
      return value <= 0.04045 ? value / 12.92 : pow((value + 0.055) / 1.055, 2.4)
    }
    let (r, g, b) = (linear(colour.red), linear(colour.green), linear(colour.blue))
    let l = cbrt(0.4122214708 * r + 0.5363325363 * g + 0.0514459929 * b)
    let m = cbrt(0.2119034982 * r + 0.6806995451 * g + 0.1073969566 * b)
    let s = cbrt(0.0883024619 * r + 0.2817188376 * g + 0.6299787005 * b)
    return [
      0.2104542553 * l + 0.7936177850 * m - 0.0040720468 * s, 1.9779984951 * l - 2.4285922050 * m + 0.4505937099 * s,
      0.0259040371 * l + 0.7827717662 * m - 0.8086757660 * s,
    ]
  }

  @Test func `the colours of the scale are evenly apart, and ever lighter`() {
    let colours = (0...32).map { lab(HeatScale.colour(at: Double($0) / 32)) }
    var steps: [Double] = []
    for (one, other) in zip(colours, colours.dropFirst()) {
      let (light, green, blue) = (one[0] - other[0], one[1] - other[1], one[2] - other[2])
      steps.append((light * light + green * green + blue * blue).squareRoot())
    }
    let mean: Double = steps.reduce(0, +) / Double(steps.count)
    for step in steps { #expect(abs(step - mean) < 0.1 * mean, "\(step) of \(mean)") }
    for (one, other) in zip(colours, colours.dropFirst()) { #expect(other[0] > one[0]) }
    #expect(HeatScale.colour(at: -1) == HeatScale.colour(at: 0) && HeatScale.colour(at: 9) == HeatScale.colour(at: 1))
  }

  @Test(arguments: [(0.5, 0.5), (0, 0), (1, 1), (0.99, 0.01), (0.3, 1)] as [(Float, Float)])
  func `smoothing loses no time, not even at the border`(x: Float, y: Float) {
    let grid = HeatGrid(map(x, y, 10).seconds())
    #expect(abs(grid.seconds.reduce(0, +) - 10) < 1e-9)
    let hottest = grid.seconds.indices.max { grid.seconds[$0] < grid.seconds[$1] } ?? 0
    #expect(hottest == map(x, y, 1).seconds().firstIndex { $0 > 0 } && grid.top > 0)
  }

  @Test func `one hot place does not darken all others`() {
    var map = HeatMap()
    let path = Presence(
      from: .init(x: 0.1, y: 0.5), to: .init(x: 0.9, y: 0.5), seconds: 60, classID: 0, isStationary: false)
    map.add(path, label: "person")
    map.add(self.map(0.5, 0.1, 100_000))
    let grid = HeatGrid(map.seconds())
    #expect(grid.level(x: 0.508, y: 0.1) > 1 && grid.level(x: 0.3, y: 0.514) > 0.5, "\(grid.top)")
  }

  @Test func `time is drawn where it was spent, and the rest of the frame is dimmed`() throws {
    let frame = RGBImage(width: 1280, height: 720, level: 200)
    let image = try HeatMapImage(map(0.25, 0.75, 30), title: "front").drawn(over: frame)
    #expect(image.width == 1280 && image.height > 720)
    let hot = colour(of: image, x: 0.255, y: 0.76, frameHeight: 720)
    let cold = colour(of: image, x: 0.75, y: 0.25, frameHeight: 720)
    #expect(cold == Colour(red: 110, green: 110, blue: 110), "\(cold)")
    #expect(Int(hot.red) > Int(hot.blue) + 60, "\(hot)")
    // The legend has its scale, on black.
    let rows = image.bytes[(720 * 1280 * 3)...]
    #expect(rows.contains { $0 > 200 } && rows.count { $0 == 16 } > rows.count / 2)
  }

  @Test func `what is parked counts only if that is requested`() throws {
    let frame = RGBImage(width: 640, height: 360, level: 200)
    let parked = map(0.5, 0.5, 86_400, isStationary: true)
    let without = try HeatMapImage(parked, title: "a").drawn(over: frame)
    let with = try HeatMapImage(parked, .init(includesStationary: true), title: "a").drawn(over: frame)
    #expect(colour(of: without, x: 0.5, y: 0.5, frameHeight: 360) == Colour(red: 110, green: 110, blue: 110))
    #expect(colour(of: with, x: 0.505, y: 0.51, frameHeight: 360) != Colour(red: 110, green: 110, blue: 110))
    #expect(HeatMapImage(parked, title: "a").heading == "a · all classes · moving · 0.0 s in all")
    #expect(
      HeatMapImage(parked, .init(label: "person", includesStationary: true), title: "a").heading
        == "a · person · moving and stationary · 24.0 h in all")
  }

  @Test(arguments: [(0.04, "0.0 s"), (9.9, "9.9 s"), (34, "34 s"), (119, "119 s"), (2040, "34 min"), (18_720, "5.2 h")])
  func `times are read at a glance`(seconds: Double, text: String) {
    #expect(HeatMapImage.text(seconds: seconds) == text)
  }

  @Test(arguments: [(1, 1), (7, 2000), (3840, 2160), (320, 240)])
  func `frames of any size are drawn over`(width: Int, height: Int) throws {
    let image = try HeatMapImage(map(0.5, 0.5, 1), title: "a").drawn(
      over: RGBImage(width: width, height: height, level: 0))
    #expect((640...1280).contains(image.width) && (160...1400).contains(image.height))
  }

  @Test(arguments: ["png", "jpg"]) func `the sink of a run writes its image at the end`(ending: String) throws {
    let folder = try ScratchFolder()
    let path = folder.path("heat.\(ending)")
    var context = SinkContext(camera: "street", stem: "street", classes: ClassCatalogue(names: ["person"]))
    context.fileName = "street.mp4"
    var sink = try #require(SinkRegistry.kind("heatmap")).make(path, context)
    for index in 0..<30 {
      var findings = FrameFindings.example(index)
      findings.presence = [
        Presence(
          from: .init(x: 0.2, y: 0.5), to: .init(x: 0.2, y: 0.5), seconds: 0.1, classID: 0, isStationary: false)
      ]
      let pixels = try PixelBuffer(layout: PixelLayout(width: 320, height: 180, format: .yuv420p))
      pixels.withView { view in
        for plane in 0..<3 {
          let size = view.layout.planeSize(plane)
          for row in 0..<size.rows {
            (view.planes[plane].base + row * view.planes[plane].stride).update(
              repeating: plane == 0 ? 180 : 128, count: size.rowBytes)
          }
        }
      }
      try sink.take(SinkFrame(findings: findings, pixels: SharedPixels(pixels, mayBeDrawnOn: false)))
    }
    try sink.finish()
    let image = RGBImage(try ImageFile(path: path).read(as: .rgb24))
    let hot = colour(of: image, x: 0.205, y: 0.51, frameHeight: 360)
    let cold = colour(of: image, x: 0.8, y: 0.5, frameHeight: 360)
    #expect(Int(hot.red) > Int(hot.blue) + 60 && abs(Int(cold.red) - Int(cold.blue)) < 4, "\(hot) \(cold)")
  }

  @Test func `a run without a frame has an image, too, and a name that is none is refused`() throws {
    let folder = try ScratchFolder()
    let kind = try #require(SinkRegistry.kind("heatmap"))
    let context = SinkContext(camera: "a", stem: "a", classes: ClassCatalogue(names: []))
    var sink = try kind.make(folder.path("none.png"), context)
    try sink.finish()
    #expect(try ImageFile(path: folder.path("none.png")).read(as: .rgb24).layout.width == 640)
    for path in [folder.path("heat.gif"), "-", folder.path("no/such/folder.png")] {
      do {
        var wrong = try kind.make(path, context)
        try wrong.finish()
        Issue.record("\(path) was accepted")
      } catch {
        #expect(error.code == .cannotCreate, "\(error)")
      }
    }
  }
}
