import Foundation
import Scene
import TestSupport
import Testing

@Suite struct HeatMapTests {
  private func presence(
    _ from: (Float, Float), _ to: (Float, Float), _ seconds: Double, isStationary: Bool = false
  ) -> Presence {
    Presence(
      from: .init(x: from.0, y: from.1), to: .init(x: to.0, y: to.1), seconds: seconds, classID: 0,
      isStationary: isStationary)
  }

  @Test func `time is spread evenly along the way`() {
    var map = HeatMap()
    map.add(presence((0, 0.5), (1, 0.5), 6.4), label: "person")
    let cells = map.seconds()
    let start = 18 * HeatMap.columns
    let row = cells[start..<start + HeatMap.columns]
    for seconds in row { #expect(abs(seconds - 0.1) < 1e-9) }
    #expect(abs(cells.reduce(0, +) - 6.4) < 1e-9)
  }

  @Test func `classes and stationary objects are apart`() {
    var map = HeatMap()
    map.add(presence((0.1, 0.1), (0.1, 0.1), 1), label: "person")
    map.add(presence((0.1, 0.1), (0.1, 0.1), 2), label: "car")
    map.add(presence((0.1, 0.1), (0.1, 0.1), 3600, isStationary: true), label: "car")
    func sum(_ label: String?, _ all: Bool) -> Double {
      map.seconds(label: label, includesStationary: all).reduce(0, +)
    }
    #expect(sum(nil, false) == 3)
    #expect(sum("person", true) == 1)
    #expect(sum("car", false) == 2)
    #expect(sum("car", true) == 3602)
    #expect(sum("dog", true) == 0)
    #expect(map.labels == ["car", "person"])
    var other = map
    other.add(map)
    #expect(other.seconds(includesStationary: true).reduce(0, +) == 2 * 3603)
  }

  @Test(arguments: [(-1, -1), (2, 2), (0, 0), (1, 1), (.nan, 0), (.infinity, 0.5)] as [(Float, Float)])
  func `points at and beyond the border stay in the grid`(point: (Float, Float)) {
    var map = HeatMap()
    map.add(presence(point, point, 1), label: "a")
    #expect(map.seconds().reduce(0, +) == (point.0.isFinite ? 1 : 0))
  }

  @Test func `a way from far outside to far outside stays in the grid`() {
    var map = HeatMap()
    map.add(presence((-1e30, 0.5), (1e30, 0.5), 1), label: "a")
    #expect(abs(map.seconds().reduce(0, +) - 1) < 1e-9)
  }

  @Test(arguments: [0, -1, .nan, .infinity] as [Double]) func `only real times are added`(seconds: Double) {
    var map = HeatMap()
    map.add(presence((0.5, 0.5), (0.5, 0.5), seconds), label: "a")
    #expect(map.isEmpty)
  }

  @Test func `its size is bounded, whatever classes are called`() {
    var map = HeatMap()
    for number in 0..<1000 { map.add(presence((0.5, 0.5), (0.5, 0.5), 1), label: "class \(number)") }
    #expect(map.labels.count == HeatMap.mostClasses + 1 && map.labels.contains(HeatMap.otherLabel))
    #expect(map.seconds().reduce(0, +) == 1000)
    var sum = HeatMap()
    for number in 0..<3 {
      var part = HeatMap()
      for name in 0..<60 { part.add(presence((0.5, 0.5), (0.5, 0.5), 1), label: "\(number) \(name)") }
      sum.add(part)
    }
    #expect(sum.labels.count == HeatMap.mostClasses + 1 && sum.seconds().reduce(0, +) == 180)
  }

  @Test func `its form in files is small and read again`() throws {
    var map = HeatMap()
    map.add(presence((0.1, 0.2), (0.8, 0.9), 12.345), label: "person")
    map.add(presence((0.5, 0.5), (0.5, 0.5), 7, isStationary: true), label: "traffic light")
    let data = try JSONEncoder().encode(map)
    let again = try JSONDecoder().decode(HeatMap.self, from: data)
    #expect(data.count < 2500)
    for (label, all) in [("person", false), ("traffic light", true)] {
      let pair = zip(
        map.seconds(label: label, includesStationary: all), again.seconds(label: label, includesStationary: all))
      #expect(pair.allSatisfy { abs($0 - $1) <= 0.0005 })
    }
  }

  @Test(
    arguments: [
      "{}", "[]", "{\"version\":2,\"columns\":64,\"rows\":36,\"classes\":{}}",
      "{\"version\":1,\"columns\":8,\"rows\":36,\"classes\":{}}",
      "{\"version\":1,\"columns\":64,\"rows\":36,\"classes\":{\"a\":{\"active\":{\"cells\":[9999],\"seconds\":[1]},\"stationary\":{\"cells\":[],\"seconds\":[]}}}}",
      "{\"version\":1,\"columns\":64,\"rows\":36,\"classes\":{\"a\":{\"active\":{\"cells\":[-1],\"seconds\":[1]},\"stationary\":{\"cells\":[],\"seconds\":[]}}}}",
      "{\"version\":1,\"columns\":64,\"rows\":36,\"classes\":{\"a\":{\"active\":{\"cells\":[1],\"seconds\":[-1]},\"stationary\":{\"cells\":[],\"seconds\":[]}}}}",
      "{\"version\":1,\"columns\":64,\"rows\":36,\"classes\":{\"a\":{\"active\":{\"cells\":[1,2],\"seconds\":[1]},\"stationary\":{\"cells\":[],\"seconds\":[]}}}}",
    ])
  func `what is no map is refused`(text: String) {
    #expect(throws: DecodingError.self) { _ = try JSONDecoder().decode(HeatMap.self, from: Data(text.utf8)) }
  }
}
