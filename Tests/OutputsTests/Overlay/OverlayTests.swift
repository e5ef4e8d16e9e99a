import FreeType
import Imaging
import Scene
import Testing

@testable import Outputs

/// Numbers for positions that are the same in every run.
private func detections(_ width: Int, _ height: Int) -> [Detection] {
  (0..<10).map { index in
    let x = Float(width) * Float((index * 37) % 100) / 110, y = Float(height) * Float((index * 53) % 100) / 120
    return Detection(
      box: Box(minX: x, minY: y, maxX: x + Float(width) / 8, maxY: y + Float(height) / 4),
      score: 0.35 + 0.06 * Float(index), classID: index % 4)
  }
}

extension PixelBuffer {
  fileprivate static func plain(_ layout: PixelLayout) throws -> PixelBuffer {
    let image = try PixelBuffer(layout: layout)
    image.withView { view in
      for plane in 0..<layout.format.planeCount {
        let size = layout.planeSize(plane)
        for y in 0..<size.rows {
          for x in 0..<size.rowBytes { view.planes[plane].base[y * view.planes[plane].stride + x] = 90 }
        }
      }
    }
    return image
  }

  fileprivate var bytes: [UInt8] {
    withView { view in
      (0..<view.layout.format.planeCount).flatMap { plane in
        let size = view.layout.planeSize(plane)
        return (0..<size.rows).flatMap { y in
          (0..<size.rowBytes).map { view.planes[plane].base[y * view.planes[plane].stride + $0] }
        }
      }
    }
  }
}

@Suite struct OverlayTests {
  private let classes = ClassCatalogue(names: ["person", "car", "traffic light", "Zürich–Übung"])

  @Test(arguments: PixelFormat.allCases)
  func `the same objects give the same bytes, and leave marks`(format: PixelFormat) throws {
    let layout = PixelLayout(width: 321, height: 181, format: format)
    var images: [[UInt8]] = []
    for _ in 0..<2 {
      var overlay = try Overlay(layout: layout, classes: classes)
      let image = try PixelBuffer.plain(layout)
      for frame in 0..<5 {
        let tracks = detections(321, 181).enumerated().map { index, detection in
          var moved = detection
          moved.box.minX += Float(frame * 4)
          moved.box.maxX += Float(frame * 4)
          return Track(id: index + 1, detection: moved, firstSeen: 0, topScore: 0.9)
        }
        try overlay.draw(tracks: tracks, on: image, at: Double(frame) / 25)
      }
      images.append(image.bytes)
    }
    #expect(images[0] == images[1])
    #expect(images[0].filter { $0 != 90 }.count > 1000)
  }

  @Test(
    arguments: [
      Box(minX: .nan, minY: 0, maxX: 10, maxY: 10), Box(minX: -50, minY: -50, maxX: -10, maxY: -10),
      Box(minX: 1e30, minY: 5, maxX: 2e30, maxY: 50), Box(minX: 100, minY: 500, maxX: 140, maxY: 600),
    ])
  func `a box that is none or out of sight leaves no mark`(box: Box) throws {
    let layout = PixelLayout(width: 160, height: 90, format: .yuv420p)
    var overlay = try Overlay(layout: layout, classes: classes)
    let image = try PixelBuffer.plain(layout)
    try overlay.draw(detections: [Detection(box: box, score: 0.5, classID: 0)], on: image)
    #expect(image.bytes.allSatisfy { $0 == 90 })
  }

  @Test(
    arguments: [
      Box(minX: -.infinity, minY: -.infinity, maxX: .infinity, maxY: .infinity),
      Box(minX: -1e20, minY: 3, maxX: 1e20, maxY: 9), Box(minX: 50, minY: 50, maxX: 50, maxY: 50),
      Box(minX: 159.9, minY: 89.9, maxX: 400, maxY: 400), Box(minX: 100, minY: 60, maxX: 20, maxY: 10),
    ])
  func `boxes beyond all bounds are drawn without harm`(box: Box) throws {
    for format in PixelFormat.allCases {
      let layout = PixelLayout(width: 161, height: 91, format: format)
      var overlay = try Overlay(layout: layout, classes: classes)
      let image = try PixelBuffer.plain(layout)
      let detection = Detection(box: box, score: .nan, classID: -7)
      try overlay.draw(detections: [detection], on: image)
      try overlay.draw(
        tracks: [Track(id: 1, detection: detection, firstSeen: 0, topScore: 1)], on: image, at: .infinity)
    }
  }

  @Test func `a trail forgets what is older than its length and what lies after a jump back`() {
    var trails = TrackTrails(seconds: 1, step: 1)
    func track(_ x: Float) -> [Track] {
      let box = Box(minX: x, minY: 0, maxX: x + 10, maxY: 20)
      return [Track(id: 1, detection: Detection(box: box, score: 1, classID: 0), firstSeen: 0, topScore: 1)]
    }
    for frame in 0..<30 { trails.add(track(Float(frame * 10)), at: Double(frame) * 0.1) }
    let line = trails.line(of: 1, at: 2.9)
    #expect((10...11).contains(line.count))
    #expect(line.last == Canvas.Vertex(x: 295, y: 20, strength: 1))
    #expect(line.first.map { $0.strength < 0.11 } == true)
    trails.add(track(0), at: 0.5)
    #expect(trails.line(of: 1, at: 0.5).isEmpty)
    // A track that does not move needs two points only.
    for frame in 0..<200 { trails.add(track(0), at: 0.5 + Double(frame) * 0.001) }
    #expect(trails.line(of: 1, at: 0.7).count == 2)
  }

  @Test(
    arguments: [
      // Above, aligned left; moved in from the right edge; below at the top edge; inside when the box fills all.
      ((20, 40, 50, 30), (20, 26)), ((90, 40, 10, 30), (60, 26)), ((20, 5, 50, 30), (20, 35)),
      ((0, 0, 100, 80), (0, 0)),
    ] as [((Int, Int, Int, Int), (Int, Int))])
  func `a label stands beside its box and inside the image`(box: (Int, Int, Int, Int), corner: (Int, Int)) {
    var placement = LabelPlacement(width: 100, height: 80)
    let place = placement.place(width: 40, height: 14, at: .init(box.0, box.1, box.2, box.3))
    #expect(place.x == corner.0 && place.y == corner.1)
  }

  @Test func `labels of boxes at one place do not cover each other`() {
    var placement = LabelPlacement(width: 200, height: 200)
    let box = LabelPlacement.Place(50, 50, 100, 60)
    let places = (0..<4).map { _ in placement.place(width: 50, height: 14, at: box) }
    for (index, place) in places.enumerated() {
      #expect(!places[..<index].contains { $0.overlaps(place) })
    }
  }

  @Test func `without a font boxes are drawn and one sentence gives the reason`() throws {
    var style = OverlayStyle()
    style.fontPath = "/nonexistent.ttf"
    let layout = PixelLayout(width: 160, height: 90, format: .yuv420p)
    var overlay = try Overlay(layout: layout, classes: classes, style: style)
    if FontSearch.find() == nil {
      #expect(overlay.warning?.contains("without text") == true)
    } else {
      #expect(overlay.warning == nil)
    }
    let image = try PixelBuffer.plain(layout)
    try overlay.draw(detections: detections(160, 90), on: image)
    #expect(image.bytes.contains { $0 != 90 })
  }

  @Test func `an image of another layout is refused`() throws {
    var overlay = try Overlay(layout: PixelLayout(width: 64, height: 64, format: .nv12), classes: classes)
    let image = try PixelBuffer(layout: PixelLayout(width: 64, height: 64, format: .yuv420p))
    #expect(throws: ImagingError.self) { try overlay.draw(detections: [], on: image) }
  }
}
