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
    let sequence = zip(entry.places, nexts).map { place, next in
      var keyframe = JSONObject()
      keyframe.add("frame", place.frame + 1)
      // If false, the box is shown only in this frame, not until the next keyframe.
      keyframe.add("enabled", next.map { $0.frame <= place.frame + max(1, context.stride) } ?? false)
      keyframe.add("rotation", 0)
      keyframe.add("x", Double(100 * place.box.minX / Float(width)), places: 4)
      keyframe.add("y", Double(100 * place.box.minY / Float(height)), places: 4)
      keyframe.add("width", Double(100 * place.box.width / Float(width)), places: 4)
      keyframe.add("height", Double(100 * place.box.height / Float(height)), places: 4)
      keyframe.add("time", Double(place.seconds), places: 4)
      return keyframe.json
    }
    var value = JSONObject()
    value.add("framesCount", book.frameCount)
    value.add("duration", book.seconds, places: 4)
    value.add("sequence", json: "[\(sequence.joined(separator: ","))]")
    value.add("labels", [context.classes[entry.classID]])
    var region = JSONObject()
    region.add("id", "track\(entry.id)")
    region.add("type", "videorectangle")
    region.add("from_name", "box")
    region.add("to_name", "video")
    region.add("origin", "prediction")
    region.add("value", json: value.json)
    return region.json
  }
}
