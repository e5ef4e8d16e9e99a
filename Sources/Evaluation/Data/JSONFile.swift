internal import Foundation

/// JSON of a known form, with failures that name the field and what was expected there.
enum JSONFile {
  static func decode<Content: Decodable>(_: Content.Type, from bytes: [UInt8], path: String) throws(EvaluationError)
    -> Content
  {
    do {
      return try JSONDecoder().decode(Content.self, from: Data(bytes))
    } catch DecodingError.dataCorrupted(let context) where context.codingPath.isEmpty {
      throw EvaluationError(
        .malformed, file: path, line: lineOfFault(in: bytes), "expected JSON: \(context.debugDescription)")
    } catch {
      throw EvaluationError(.malformed, file: path, sentence(for: error))
    }
  }

  private static func sentence(for error: any Error) -> String {
    func field(_ context: DecodingError.Context) -> String { context.codingPath.last?.stringValue ?? "the whole file" }
    func name(_ type: any Any.Type) -> String { "\(type)".hasPrefix("Array") ? "a list" : "an object" }
    return switch error {
    case DecodingError.typeMismatch(let type, let context), DecodingError.valueNotFound(let type, let context):
      "\(field(context)): expected \(name(type)), got something else"
    case DecodingError.keyNotFound(let key, let context):
      "\(field(context)): expected a field '\(key.stringValue)', there is none"
    default: "expected JSON: \(error.localizedDescription)"
    }
  }

  /// Line of the first fault, from 1. The decoder does not tell it; the plain parser tells a position in its sentence,
  /// and nowhere else.
  private static func lineOfFault(in bytes: [UInt8]) -> Int? {
    do {
      _ = try JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed)
      return nil
    } catch {
      let sentence = (error as NSError).userInfo["NSDebugDescription"] as? String ?? ""
      guard let position = sentence.matches(of: /character (\d+)/).first.flatMap({ Int($0.1) }) else { return nil }
      return 1 + bytes.prefix(position).count { $0 == UInt8(ascii: "\n") }
    }
  }
}
