import Foundation
import Testing

@testable import Batch

@Suite struct RecordedFrameTests {
  private func detectionCount(_ values: String) throws -> Int? {
    let line = Data(#"{"boxes":[\#(values)],"frame":"a","time":0}"#.utf8)
    return try JSONDecoder().decode(RecordedFrame.self, from: line).detections?.count
  }

  @Test(arguments: ["[1,2,3,4,0.5,0]", "[-30.5,2,9000,4,1,79]", "[1,2,1,2,0,0]"])
  func `what a network found is a detection`(values: String) throws {
    #expect(try detectionCount(values) == 1)
  }

  @Test(
    arguments: [
      "[1,2,3,4,0.5]", "[1,2,3,4,0.5,0.5]", "[1,2,3,4,0.5,-1]", "[1,2,3,4,0.5,1e18]", "[1,2,3,4,1.5,0]",
      "[1,2,1e30,4,0.5,0]", "[3,2,1,4,0.5,0]",
    ])
  func `numbers that no network gives are none`(values: String) throws {
    #expect(try detectionCount(values) == nil)
  }
}
