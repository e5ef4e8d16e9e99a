package import Outputs
package import Rules

extension RulesConfiguration {
  /// Its zones and lines as marks to draw.
  package var marks: [SceneMark] {
    zones.map { SceneMark($0.name, .zone($0.area)) }
      + lines.map { line in
        SceneMark(line.name, .line(from: line.a, to: line.b, inward: line.inward, outward: line.outward))
      }
  }
}
