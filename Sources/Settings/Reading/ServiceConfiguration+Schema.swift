import JSON
import Outputs

extension ServiceConfiguration {
  /// A JSON Schema of the configuration, for editors: made from the table that the reader reads by.
  package static var schema: String {
    let top = object(settings.map(\.outline), indent: "")
    return "{\n  \"$schema\": \"https://json-schema.org/draft/2020-12/schema\",\n"
      + "  \"title\": \"yolostream configuration\",\n" + top.dropFirst(2) + "\n"
  }

  /// A configuration to begin with, each key explained.
  package static var example: String {
    let head = """
      # Configuration of yolostream serve. Only version and cameras have to be there.
      # ${NAME} puts in a variable of the environment, ${NAME:-otherwise} one that may be missing.

      """
    return head + lines(settings.map(\.outline), indent: "").joined(separator: "\n") + "\n"
  }

  private static func object(_ outlines: [SettingOutline], indent: String) -> String {
    let inner = indent + "    "
    let properties = outlines.map { outline in
      "\(inner)\(outline.name.json): \(value(outline, indent: inner))"
    }
    let required = outlines.filter(\.isRequired).map(\.name.json)
    return "{\n\(indent)  \"type\": \"object\",\n\(indent)  \"additionalProperties\": false,\n"
      + (required.isEmpty ? "" : "\(indent)  \"required\": [\(required.joined(separator: ", "))],\n")
      + "\(indent)  \"properties\": {\n\(properties.joined(separator: ",\n"))\n\(indent)  }\n\(indent)}"
  }

  private static func value(_ outline: SettingOutline, indent: String) -> String {
    let summary = "\"description\": \(outline.summary.json)"
    switch outline.form {
    case .value(let schema, _): return "{ \(summary), \(schema) }"
    case .section(let outlines, _):
      return "{\n\(indent)  \(summary),\n" + object(outlines, indent: indent).dropFirst(2)
    case .sections(_, let names, let outlines):
      let each = object(outlines, indent: indent + "    ")
      return "{\n\(indent)  \(summary),\n\(indent)  \"type\": \"object\",\n\(indent)  \"patternProperties\": {\n"
        + "\(indent)    \(names.pattern.json): \(each)\n\(indent)  },\n"
        + "\(indent)  \"additionalProperties\": false\n\(indent)}"
    }
  }

  private static func lines(_ outlines: [SettingOutline], indent: String) -> [String] {
    outlines.flatMap { outline -> [String] in
      switch outline.form {
      case .value(_, let example):
        let comment = "\(indent)# \(outline.summary)"
        return example.map { [comment, "\(indent)\(outline.name): \($0)"] } ?? []
      case .section(let inner, let isInExample):
        guard isInExample else { return [] }
        let lines = lines(inner, indent: indent + "  ")
        return lines.isEmpty ? [] : ["\(indent)# \(outline.summary)", "\(indent)\(outline.name):"] + lines
      case .sections(let example, _, let inner):
        guard let example else { return [] }
        return ["\(indent)# \(outline.summary)", "\(indent)\(outline.name):", "\(indent)  \(example):"]
          + lines(inner, indent: indent + "    ")
      }
    }
  }
}
