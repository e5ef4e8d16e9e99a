import Foundation
import Spooling
import TestSupport
import Testing

@Suite struct SpoolTests {
  private let folder: ScratchFolder
  private var path: String { folder.path + "/spool" }

  init() throws { folder = try ScratchFolder() }

  private func text(_ number: Int) -> [UInt8] { Array("event \(number)".utf8) }

  private func drain(_ spool: inout Spool, at now: Int64 = 0) throws -> [String] {
    var texts: [String] = []
    while let record = try spool.next(at: now) { texts.append(String(decoding: record.payload, as: UTF8.self)) }
    return texts
  }

  @Test func `records come in order, also after a restart, until they are acknowledged`() throws {
    do {
      var spool = try Spool(folder: path)
      for number in 0..<5 { try spool.append(text(number), at: Int64(number)) }
      let first = try #require(try spool.next(at: 0))
      let second = try #require(try spool.next(at: 0))
      #expect(first.milliseconds == 0 && second.milliseconds == 1 && first.place < second.place)
      try spool.acknowledge(through: second.place)
      #expect(try drain(&spool) == ["event 2", "event 3", "event 4"])
      spool.rewind()
      #expect(try drain(&spool) == ["event 2", "event 3", "event 4"])
      #expect(spool.report.waiting == 3)
    }
    var spool = try Spool(folder: path)
    #expect(spool.report.waiting == 3)
    try spool.append(text(5), at: 5)
    #expect(try drain(&spool) == ["event 2", "event 3", "event 4", "event 5"])
  }

  @Test(arguments: ["9223372036854775807 0", "000000000001 -00000000005", "999999999999999 9", "x y", ""])
  func `a damaged place or name of a file is no reason to end`(damage: String) throws {
    do {
      var spool = try Spool(folder: path)
      try spool.append(text(0), at: 0)
    }
    try Data(damage.utf8).write(to: URL(filePath: path + "/acknowledged"))
    try Data().write(to: URL(filePath: path + "/9223372036854775807.spool"))
    var spool = try Spool(folder: path)
    try spool.append(text(1), at: 0)
    #expect(try drain(&spool).last == "event 1")
  }

  @Test func `what a crash tore is dropped and the rest is kept, at any byte`() throws {
    var whole = Data()
    do {
      var spool = try Spool(folder: path)
      for number in 0..<4 { try spool.append(text(number), at: 0) }
      whole = try Data(contentsOf: URL(filePath: path + "/000000000001.spool"))
    }
    for length in 0...whole.count {
      let copy = folder.path + "/copy-\(length)"
      try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
      try whole.prefix(length).write(to: URL(filePath: copy + "/000000000001.spool"))
      var spool = try Spool(folder: copy)
      try spool.append(text(9), at: 0)
      let kept = length / (whole.count / 4)
      #expect(try drain(&spool) == (0..<kept).map { "event \($0)" } + ["event 9"], "\(length) bytes")
    }
  }

  @Test func `a damaged record ends its segment and no more`() throws {
    do {
      var spool = try Spool(folder: path)
      for number in 0..<3 { try spool.append(text(number), at: 0) }
    }
    let file = URL(filePath: path + "/000000000001.spool")
    var bytes = try Data(contentsOf: file)
    bytes[bytes.count / 3 + 20] ^= 1
    try bytes.write(to: file)
    var spool = try Spool(folder: path)
    try spool.append(text(3), at: 0)
    #expect(try drain(&spool) == ["event 0", "event 3"])
  }

  @Test func `files stay within the limit, and the oldest records go`() throws {
    var spool = try Spool(folder: path, limits: SpoolLimits(bytes: 40_000))
    for number in 0..<2000 {
      try spool.append([UInt8](repeating: 7, count: 84) + text(number), at: 0)
      #expect(spool.report.bytes <= 40_000)
    }
    let report = spool.report
    let kept = try drain(&spool).map { $0.drop { $0 != "e" } }
    #expect(report.dropped > 1000 && report.dropped + report.waiting == 2000)
    #expect(kept.map(String.init) == (2000 - kept.count..<2000).map { "event \($0)" })
    let files = folder.files(ending: ".spool")
    let size = try files.reduce(0) { try $0 + Data(contentsOf: URL(filePath: $1)).count }
    #expect(size == report.bytes)
  }

  @Test func `what is too old is not delivered`() throws {
    var spool = try Spool(folder: path, limits: SpoolLimits(age: 10))
    for number in 0..<4 { try spool.append(text(number), at: Int64(number) * 4000) }
    #expect(try drain(&spool, at: 16_000) == ["event 2", "event 3"])
    #expect(spool.report.expired == 2 && spool.report.waiting == 2)
  }

  @Test func `delivered segments leave the disk`() throws {
    var spool = try Spool(folder: path, limits: SpoolLimits(bytes: 40_000))
    for number in 0..<200 {
      try spool.append([UInt8](repeating: 7, count: 100), at: Int64(number))
      let record = try #require(try spool.next(at: 0))
      try spool.acknowledge(through: record.place)
    }
    #expect(folder.files(ending: ".spool").count <= 2 && spool.report.waiting == 0 && spool.report.dropped == 0)
  }

  @Test func `a spool serves one process, and reports what is wrong`() throws {
    let spool = try Spool(folder: path)
    #expect(spool.report == SpoolReport())
    let again = #expect(throws: SpoolError.self) { _ = try Spool(folder: path) }
    #expect(again?.description == "cannot use the spool in \(path): another process uses it")
    try Data().write(to: URL(filePath: folder.path + "/file"))
    #expect(throws: SpoolError.self) { _ = try Spool(folder: folder.path + "/file/spool") }
    var small = try Spool(folder: folder.path + "/small", limits: SpoolLimits(bytes: 10_000))
    #expect(throws: SpoolError.self) { try small.append([UInt8](repeating: 0, count: 5000), at: 0) }
  }
}
