extension Double {
  /// The number in JSON with at most `places` digits behind the point and no needless zeros, the same in every locale;
  /// `null` for what JSON has no number for.
  package func json(places: Int) -> String {
    guard isFinite else { return "null" }
    var scale = 1.0
    for _ in 0..<places { scale *= 10 }
    let rounded = (self * scale).rounded()
    guard abs(rounded) < 9e15 else { return "\(self)" }
    let digits = String(Int(abs(rounded)))
    if places == 0 { return (rounded < 0 ? "-" : "") + digits }
    let padded = String(repeating: "0", count: max(0, places + 1 - digits.count)) + digits
    let whole = padded.dropLast(places)
    var fraction = String(padded.suffix(places))
    while fraction.count > 1, fraction.hasSuffix("0") { fraction.removeLast() }
    return (rounded < 0 ? "-" : "") + whole + "." + fraction
  }
}

extension Float {
  package func json(places: Int) -> String { Double(self).json(places: places) }
}

extension String {
  /// The text in JSON, quotes included.
  package var json: String {
    // Few texts have anything to escape.
    let isPlain = utf8.allSatisfy {
      $0 >= 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\")
    }
    if isPlain { return "\"" + self + "\"" }
    var result = "\""
    for scalar in unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\r": result += "\\r"
      case "\t": result += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let digits = String(scalar.value, radix: 16)
        result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result + "\""
  }
}
