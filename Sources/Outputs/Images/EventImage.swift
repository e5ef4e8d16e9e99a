import Foundation
package import Scene

/// The stored image of an event, on which nothing is drawn, and what is known of the object in it.
package struct EventImage: Hashable, Sendable, Codable {
  /// How it is shown. Without any of these it is the stored file.
  package struct Form: OptionSet, Sendable {
    package let rawValue: Int
    /// The box of the object and its class are drawn.
    package static let boxed = Form(rawValue: 1)
    /// Only the object is shown, with a margin.
    package static let cropped = Form(rawValue: 2)

    package init(rawValue: Int) { self.rawValue = rawValue }
  }

  /// Returns the JPEG of an image in a form; `nil` if it is not on the disk any more. Draws on the calling thread.
  package typealias Drawing = @Sendable (EventImage, Form) -> [UInt8]?

  /// Path of the file.
  package var path: String
  /// Name of the object's class.
  package var label: String
  /// Left, top, right and bottom of the object, from 0 to 1; `nil` if that is not known.
  package var box: [Float]?

  /// The image at `path` of an object of the class `label`, which is in `box` (shares of the image).
  package init(path: String, label: String, box: Box?) {
    self.path = path
    self.label = label
    self.box = box.map { [$0.minX, $0.minY, $0.maxX, $0.maxY] }
  }

  private struct Facts: Decodable {
    let label: String?
    let box: [Float]?

    private enum CodingKeys: String, CodingKey {
      case label
      case box = "snapshot_box"
    }
  }

  /// The image at `path` of the event with the line `json`.
  package init(path: String, event json: String) {
    let facts = try? JSONDecoder().decode(Facts.self, from: Data(json.utf8))
    self.path = path
    label = facts?.label ?? "object"
    box = facts?.box
  }

  /// Where the object is, in pixels of an image of `width` by `height`; `nil` if that is not known.
  package func box(width: Int, height: Int) -> Box? {
    guard let box, box.count == 4, box.allSatisfy({ (-1...2).contains($0) }), box[0] < box[2], box[1] < box[3] else {
      return nil
    }
    let (width, height) = (Float(width), Float(height))
    return Box(minX: box[0] * width, minY: box[1] * height, maxX: box[2] * width, maxY: box[3] * height)
  }

  /// The stored file in any form, for those who cannot draw.
  package static let stored: Drawing = { image, _ in FileManager.default.contents(atPath: image.path).map(Array.init) }
}
