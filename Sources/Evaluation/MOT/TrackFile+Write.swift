extension TrackFile {
  /// Rows in the MOTChallenge format, `frame,id,left,top,width,height,confidence,-1,-1,-1`, lengths to 3 decimals.
  package static func text(_ records: [TrackRecord]) -> String {
    var text = ""
    for record in records {
      let box = record.box
      let numbers = [box.left, box.top, box.width, box.height, record.confidence].map { value in
        "\((value * 1000).rounded() / 1000)"
      }
      text += "\(record.frame),\(record.id),\(numbers.joined(separator: ",")),-1,-1,-1\n"
    }
    return text
  }

  /// Replaces the file at `path` by `records`; if that fails, the old content is kept.
  package static func write(_ records: [TrackRecord], to path: String) throws(EvaluationError) {
    try TextFile.write(text(records), to: path)
  }
}
