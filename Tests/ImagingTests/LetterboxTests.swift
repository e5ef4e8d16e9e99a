import Foundation
import Imaging
import Scene
import TestSupport
import Testing

@Suite struct LetterboxTests {
  private struct Reference: Decodable {
    struct Row: Decodable {
      let sourceWh: [Int]
      let auto, scaleup: Bool
      let outWh: [Int]
      let leftTopRightBottom: [Int]
    }
    struct Scaling: Decodable {
      let sourceWh, networkWh: [Int]
      let input, output: [[Float]]
    }
    let rows: [Row]
    let scaleBoxes: [Scaling]

    static func load() throws -> Reference {
      let decoder = JSONDecoder()
      decoder.keyDecodingStrategy = .convertFromSnakeCase
      let data = try Data(contentsOf: Fixtures.file("preprocess/letterbox.json"))
      return try decoder.decode(Reference.self, from: data)
    }
  }

  @Test func `every reference size lands where the official letterbox puts it`() throws {
    for row in try Reference.load().rows {
      let box = try Letterbox(
        sourceWidth: row.sourceWh[0], sourceHeight: row.sourceWh[1], targetWidth: 640, targetHeight: 640,
        shape: row.auto ? .rectangular : .square, enlarges: row.scaleup)
      #expect([box.width, box.height] == row.outWh, "\(row)")
      let right = box.width - box.left - box.resizedWidth, bottom = box.height - box.top - box.resizedHeight
      #expect([box.left, box.top, right, bottom] == row.leftTopRightBottom, "\(row)")
    }
  }

  @Test func `boxes come back to the source pixels of the official script`() throws {
    for scaling in try Reference.load().scaleBoxes {
      let shape: Letterbox.Shape = scaling.networkWh == [640, 640] ? .square : .rectangular
      let letterbox = try Letterbox(
        sourceWidth: scaling.sourceWh[0], sourceHeight: scaling.sourceWh[1], targetWidth: 640, targetHeight: 640,
        shape: shape)
      #expect([letterbox.width, letterbox.height] == scaling.networkWh)
      for (input, output) in zip(scaling.input, scaling.output) {
        let box = letterbox.sourceBox(Box(minX: input[0], minY: input[1], maxX: input[2], maxY: input[3]))
        for (value, expected) in zip([box.minX, box.minY, box.maxX, box.maxY], output) {
          #expect(abs(value - expected) < 1e-3)
        }
      }
    }
  }

  @Test(
    arguments: [
      (810, 1080, 640, 640, Letterbox.Shape.rectangular, 480, 640, 0, 0),
      (810, 1080, 640, 640, .square, 640, 640, 80, 0),
      (640, 272, 640, 640, .rectangular, 640, 288, 0, 8),
      // Raised to a multiple of the stride first.
      (768, 576, 630, 470, .rectangular, 640, 480, 0, 0),
      // So thin that rounding would leave no column.
      (1, 30_000, 640, 640, .rectangular, 32, 640, 15, 0),
    ] as [(Int, Int, Int, Int, Letterbox.Shape, Int, Int, Int, Int)])
  func `geometry of single sizes`(
    width: Int, height: Int, targetWidth: Int, targetHeight: Int, shape: Letterbox.Shape, outWidth: Int, outHeight: Int,
    left: Int, top: Int
  ) throws {
    let box = try Letterbox(
      sourceWidth: width, sourceHeight: height, targetWidth: targetWidth, targetHeight: targetHeight, shape: shape)
    #expect(box.width == outWidth && box.height == outHeight)
    #expect(box.left == left && box.top == top)
  }

  @Test func `a box goes into the input and comes back`() throws {
    for enlarges in [true, false] {
      let letterbox = try Letterbox(
        sourceWidth: 1280, sourceHeight: 720, targetWidth: 640, targetHeight: 640, enlarges: enlarges)
      let box = Box(minX: 100, minY: 50, maxX: 400, maxY: 700)
      let back = letterbox.sourceBox(letterbox.inputBox(box))
      #expect(back.intersectionOverUnion(with: box) > 0.9999)
    }
  }

  @Test(arguments: [(0, 10, 640), (10, -1, 640), (10, 10, 0), (1_000_000, 10, 640)] as [(Int, Int, Int)])
  func `a size without pixels is refused`(width: Int, height: Int, target: Int) {
    #expect(throws: ImagingError.self) {
      _ = try Letterbox(sourceWidth: width, sourceHeight: height, targetWidth: target, targetHeight: target)
    }
  }
}
