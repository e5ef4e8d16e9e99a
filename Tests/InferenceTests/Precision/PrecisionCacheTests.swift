import Foundation
import GELAN
import Synchronization
import TestSupport
import Testing

@testable import Inference

/// A choice is measured once, remembered, and measured again where the note does not fit.
@Suite struct PrecisionCacheTests {
  private let folder = FileManager.default.temporaryDirectory.appending(path: "notes-\(UUID())").path

  /// A clock that counts how often it is read: a note makes it stand still.
  private final class Clock: Sendable {
    let reads = Mutex<UInt64>(0)

    func read() -> UInt64 {
      reads.withLock {
        $0 += 1
        return $0
      }
    }
  }

  /// How often the clock was read for one choice, and the choice.
  private func choose(
    _ model: InferenceModel, side: Int = 64, threads: Int = 1, program: String = "1"
  ) throws -> (reads: UInt64, choice: PrecisionChoice) {
    let clock = Clock()
    let automatic = AutomaticPrecision(cache: PrecisionCache(folder: folder), program: program) { clock.read() }
    let choice = try automatic.choice(for: model, height: side, width: side, threads: threads)
    return (clock.reads.withLock { $0 }, choice)
  }

  private static func quantised() throws -> InferenceModel {
    try NetworkBenchmark.quantised(try #require(MadeUpModel.make()))
  }

  private var notes: [URL] {
    (try? FileManager.default.contentsOfDirectory(at: URL(filePath: folder), includingPropertiesForKeys: nil)) ?? []
  }

  @Test func `the second use of a model takes what the first one measured`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = try Self.quantised()
    let first = try choose(model)
    #expect(first.reads > 0 && first.choice.timings.map(\.precision).contains(.int8))
    let second = try choose(model)
    #expect(second.reads == 0 && second.choice == first.choice)
    // A size is rounded up to what the network takes.
    #expect(try choose(model, side: 63).reads == 0)
    #expect(notes.count == 1)
  }

  @Test func `another size, thread count, build or network is measured for itself`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = try Self.quantised()
    _ = try choose(model)
    #expect(try choose(model, side: 96).reads > 0)
    #expect(try choose(model, threads: 2).reads > 0)
    #expect(try choose(model, program: "2").reads > 0)
    var partly = model
    let layer = try #require(partly.quantisation?.weights.keys.sorted().first)
    partly.quantisation?.weights[layer] = nil
    #expect(try choose(partly).reads > 0)
    #expect(notes.count == 5)
  }

  @Test(arguments: ["", "{", "[]", #"{"key":{},"choice":{"precision":"f16","timings":[]}}"#])
  func `a note that is damaged is as good as none, and is replaced`(text: String) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = try Self.quantised()
    _ = try choose(model)
    try Data(text.utf8).write(to: try #require(notes.first))
    #expect(try choose(model).reads > 0)
    #expect(try choose(model).reads == 0)
  }

  @Test func `a note about something else is as good as none`() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = try Self.quantised()
    _ = try choose(model)
    let file = try #require(notes.first)
    let other = try String(contentsOf: file, encoding: .utf8).replacing(#""threads" : 1"#, with: #""threads" : 7"#)
    try Data(other.utf8).write(to: file)
    #expect(try choose(model).reads > 0)
  }

  @Test func `without a folder to write to each use measures`() throws {
    try Data().write(to: URL(filePath: folder))
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let model = try Self.quantised()
    #expect(try choose(model).reads > 0)
    #expect(try choose(model).reads > 0)
  }

  @Test func `int8 is for models that have scales for it`() throws {
    let plain = try #require(MadeUpModel.make())
    #expect(!AutomaticPrecision.candidates(for: plain).contains(.int8))
    #expect(AutomaticPrecision.candidates(for: try Self.quantised()).first == .int8)
    #expect(AutomaticPrecision.candidates(for: plain).last == .f32)
  }
}
