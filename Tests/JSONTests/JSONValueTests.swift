import JSON
import Testing

@testable import JSON

@Suite struct JSONValueTests {
  @Test func `fields keep their order, and every kind of value is JSON`() {
    var value: JSONValue = [
      "z": .integer(1), "a": .strings(["\"", "é\n"]), "empty": [], "none": .optional(nil as Int?),
    ]
    value.add("number", 1.23456, places: 2)
    value.add("nothing", nil as String?)
    value.add("corners", [0.5, 1], places: 1)
    value.add("flag", true)
    value.add("inner", value: ["b": .number(2.5), "c": .number(nil, places: 3), "d": .bool(false)])
    value.add("raw", json: "[1,2]")
    #expect(
      value.text
        == #"{"z":1,"a":["\"","é\n"],"empty":[],"none":null,"number":1.23,"nothing":null,"corners":[0.5,1.0],"#
        + #""flag":true,"inner":{"b":2.5,"c":null,"d":false},"raw":[1,2]}"#)
    #expect(value["inner"]?["b"] == .number(2.5) && value["other"] == nil)
  }

  @Test func `counts are sorted, and numbers that JSON does not have are null`() {
    #expect(JSONValue.counts(["b": 2, "a": 1]).text == #"{"a":1,"b":2}"#)
    #expect(JSONValue.number(.infinity).text == "null" && JSONValue.number(.nan, places: 2).text == "null")
  }

  @Test func `a number without places behind the point has no point`() {
    #expect(57.2.json(places: 0) == "57" && (-0.6).json(places: 0) == "-1" && 0.4.json(places: 0) == "0")
    #expect(57.25.json(places: 1) == "57.3" && 57.0.json(places: 2) == "57.0")
  }
}
