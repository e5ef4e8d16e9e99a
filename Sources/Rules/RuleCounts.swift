package import Scene

/// How often a line was crossed by objects of one class in one direction.
package struct LineTotal: Hashable, Sendable, Codable {
  /// Name of the line.
  package let line: String
  /// Name of the direction.
  package let direction: String
  /// Index of the class.
  package let classID: Int
  /// Crossings since the count began.
  package internal(set) var count: Int
}

/// The totals of all lines.
struct LineCounts: Hashable, Sendable {
  private(set) var totals: [LineTotal] = []

  init(_ totals: [LineTotal] = []) { self.totals = totals }

  /// Counts a crossing; gives the number of all classes in that direction.
  mutating func add(line: String, direction: String, classID: Int) -> Int {
    func isOfDirection(_ total: LineTotal) -> Bool { total.line == line && total.direction == direction }
    if let index = totals.firstIndex(where: { isOfDirection($0) && $0.classID == classID }) {
      totals[index].count += 1
    } else {
      totals.append(LineTotal(line: line, direction: direction, classID: classID, count: 1))
      totals.sort { ($0.line, $0.direction, $0.classID) < ($1.line, $1.direction, $1.classID) }
    }
    return totals.filter(isOfDirection).reduce(0) { $0 + $1.count }
  }
}

extension SceneRules {
  /// The crossings of each line by direction and class, those before a restart included; sorted by these.
  package var lineTotals: [LineTotal] { counts.totals }

  /// The objects in the whole frame and in each zone, by class: first the frame, then zones in the order of the
  /// configuration; classes that are not there are left out.
  package var zoneCounts: [ZoneCount] {
    var result: [ZoneCount] = []
    let objects = present.filter(\.isReported)
    func count(_ zone: String?, where isIn: (ObservedObject) -> Bool) {
      var ofClass: [Int: ZoneCount] = [:]
      for object in objects where isIn(object) {
        let id = object.track.detection.classID
        ofClass[id, default: ZoneCount(zone: zone, classID: id, all: 0, active: 0)].all += 1
        if !object.isStationary { ofClass[id]?.active += 1 }
      }
      result += ofClass.values.sorted { $0.classID < $1.classID }
    }
    count(nil) { _ in true }
    for (index, zone) in configuration.zones.enumerated() { count(zone.name) { $0.stays[index].isInside } }
    return result
  }
}
