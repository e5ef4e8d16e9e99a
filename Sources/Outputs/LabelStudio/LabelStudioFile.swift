import JSON
import Scene

/// Writes tracks as a Label Studio task with a prediction (`VideoRectangle`), so that annotators can correct them.
///
/// The video is named after its file: replace the name by its URL before importing, or serve files under that name.
/// Label Studio counts frames from 1 and measures in percent of the frame.
struct LabelStudioFile: TrackDocument {
  static let kind = kind(
    "label-studio", "Tracks for Label Studio, as a task with a prediction.", ending: ".label-studio.json")

  private let book: TrackBook
  private let context: SinkContext

  init(_ book: TrackBook, _ context: SinkContext) {
    self.book = book
    self.context = context
  }

  func write(to file: inout LineFile) throws(OutputError) {
    var text =
      "[{\"data\":{\"video\":\(context.fileName.json)},\"predictions\":[{\"model_version\":\"yolostream\",\"result\":["
    for (index, entry) in book.entries.enumerated() {
      try file.append(text + (index == 0 ? "\n" : ",\n") + region(entry))
      text = ""
    }
    try file.append(text + "\n]}]}]\n")
  }

  private func region(_ entry: TrackBook.Entry) -> String {
    let (width, height) = book.size ?? (1, 1)
    let nexts = entry.places.dropFirst().map(Optional.some) + [nil]
    let sequence = zip(entry.places, nexts).map { place, next -> JSONValue in
      [
        "frame": .integer(place.frame + 1),
        // If false, the box is shown only in this frame, not until the next keyframe.
        "enabled": .bool(next.map { $0.frame <= place.frame + max(1, context.stride) } ?? false),
        "rotation": .integer(0), "x": .number(Double(100 * place.box.minX / Float(width)), places: 4),
        "y": .number(Double(100 * place.box.minY / Float(height)), places: 4),
        "width": .number(Double(100 * place.box.width / Float(width)), places: 4),
        "height": .number(Double(100 * place.box.height / Float(height)), places: 4),
        "time": .number(Double(place.seconds), places: 4),
      ]
    }
    let value: JSONValue = [
      "framesCount": .integer(book.frameCount), "duration": .number(book.seconds, places: 4),
      "sequence": .array(sequence), "labels": .strings([context.classes[entry.classID]]),
    ]
    let region: JSONValue = [
      "id": .string("track\(entry.id)"), "type": "videorectangle", "from_name": "box", "to_name": "video",
      "origin": "prediction", "value": value,
    ]
    return region.text
  }
}
