import Foundation
import Outputs
import Pipeline
import Settings
import Synchronization
import TestSupport
import Testing

@testable import Recording

@Suite struct RetentionTests {
  private static let identifier = "01JDEXAMP0000000000000000Z"

  @Test(
    arguments: [
      ("front", 1_795_459_167_123, "person", MediaName.Kind.clip),
      ("back_yard-2", 0, "traffic light", .snapshot), ("_", 253_402_300_799_999, "é", .clip),
    ] as [(String, Int64, String, MediaName.Kind)])
  func `a name is read as it was written`(camera: String, time: Int64, label: String, kind: MediaName.Kind) {
    let name = MediaName(camera: camera, milliseconds: time, label: label, identifier: Self.identifier, kind: kind)
    #expect(MediaName(parsing: name.file) == name)
    #expect(MediaName.isCamera(camera) && MediaName.isDay(name.day) && MediaName.isHour(name.hour))
  }

  @Test func `a name contains camera, time, class and event`() {
    let name = MediaName(
      camera: "front", milliseconds: 1_795_459_167_123, label: "person", identifier: Self.identifier, kind: .clip)
    #expect(name.folder == "front/2026-11-23/18")
    #expect(name.file == "front_20261123T183927.123Z_person_\(Self.identifier).mp4")
  }

  @Test(
    arguments: [
      "", "x", ".mp4", "front.mp4", "holiday_20261123T183927.123Z_person.mp4",
      "front_20261123T183927.123Z_person_01JDEXAMP0000000000000000Z.mkv",
      "front_20261123T183927.123Z_person_01JDEXAMP0000000000000000Z.mp4.part",
      "front_20261123T183927.123Z_person_01JDEXAMP000000000000000Z.mp4",
      "front_20261123T183927.123Z_person_01jdexamp0000000000000000z.mp4",
      "front_20261123T18392x.123Z_person_01JDEXAMP0000000000000000Z.mp4",
      "front_20261123T183927.123Z_per/son_01JDEXAMP0000000000000000Z.mp4",
      "fr ont_20261123T183927.123Z_person_01JDEXAMP0000000000000000Z.mp4",
      "../x_20261123T183927.123Z_person_01JDEXAMP0000000000000000Z.mp4",
      "_20261123T183927.123Z_person_01JDEXAMP0000000000000000Z.mp4",
    ])
  func `any other name is none of ours`(name: String) { #expect(MediaName(parsing: name) == nil) }

  private func file(_ hour: Int, _ bytes: Int64) -> RecordedFile {
    RecordedFile(
      name: .event(
        MediaName(
          camera: "c", milliseconds: Int64(hour) * 3_600_000, label: "x", identifier: Self.identifier, kind: .clip)),
      byteCount: bytes)
  }

  @Test(
    arguments: [
      // Oldest hour kept, size, free space wanted and there: how many of six files of 10 bytes, an hour each, go.
      (nil, nil, 0, 100, 0), (3, nil, 0, 100, 3), (nil, 60, 0, 100, 0), (nil, 59, 0, 100, 1), (nil, 25, 0, 100, 4),
      (nil, nil, 120, 100, 2), (nil, nil, 101, 100, 1), (nil, nil, 1000, 100, 6), (2, 35, 115, 100, 3),
      (9, nil, 0, 100, 6),
    ] as [(Int?, Int64?, Int64, Int64, Int)])
  func `the oldest go until age, size and free space are as wanted`(
    oldest: Int?, size: Int64?, wanted: Int64, free: Int64, count: Int
  ) {
    var limits = StorageSettings()
    limits.maxSize = size
    limits.minFree = .bytes(wanted)
    let files = [4, 0, 5, 1, 3, 2].map { file($0, 10) }
    let time = oldest.map { MediaName.time(Int64($0) * 3_600_000) }
    let plan = RetentionPlan(limits: limits, oldest: { _ in time }, isKept: { _ in false }, free: free, total: 1000)
    #expect(plan.doomed(files) == (0..<count).map { file($0, 10) })
    // What is kept stays, and something younger goes in its place where room is needed.
    let sparing = RetentionPlan(
      limits: limits, oldest: { _ in time }, isKept: { $0 == file(0, 10).name }, free: free, total: 1000)
    let left = sparing.doomed(files)
    #expect(!left.contains(file(0, 10)))
    if oldest == nil { #expect(left.count == min(count, 5)) }
  }

  @Test func `ages are those of the camera, the class and the severity`() throws {
    var rules = RetentionRules()
    var front = RetainSettings()
    (front.maxAge, front.alerts) = (10, 30)
    front.classes = [.init(name: "traffic light", maxAge: 2), .init(name: "dog", maxAge: 50)]
    rules.cameras = ["front": front, "back": RetainSettings()]
    func age(_ camera: String, _ label: String, isAlert: Bool = false, maxAge: Double? = 7) -> Double? {
      let name = MediaName(camera: camera, milliseconds: 0, label: label, identifier: Self.identifier, kind: .clip)
      return rules.age(of: name, maxAge: maxAge) { $0 == Self.identifier && isAlert }
    }
    #expect(age("front", "person") == 10 && age("front", "person", isAlert: true) == 30)
    #expect(age("front", "traffic light") == 2 && age("front", "traffic light", isAlert: true) == 30)
    #expect(age("front", "dog") == 50 && age("front", "dog", isAlert: true) == 50)
    #expect(age("back", "dog") == 7 && age("attic", "dog") == 7 && age("back", "dog", maxAge: nil) == nil)
  }

  @Test func `a kept event spares its files, others are reported as gone, and without an answer nothing goes`() throws {
    let scratch = try ScratchFolder()
    let media = try MediaFolder(path: scratch.path)
    func name(_ days: Int64, _ kind: MediaName.Kind) -> MediaName {
      MediaName(
        camera: "front", milliseconds: 1_795_459_167_123 - days * 86_400_000, label: "person",
        identifier: "01JDEXAMP000000000000000\(10 + days)", kind: kind)
    }
    for days in [20, 30] as [Int64] {
      for kind in [MediaName.Kind.clip, .snapshot, .trace] {
        try Data([1]).write(to: URL(filePath: try media.place(name(days, kind))))
      }
    }
    var limits = StorageSettings()
    limits.minFree = .bytes(0)
    let gone = Mutex<[String]>([])
    var rules = RetentionRules()
    rules.knowledge = .init(kept: { throw POSIXError(.EIO) }, alerts: { _ in [] }, forget: { _ in })
    _ = Retention.sweep(media, limits, rules, now: 1_795_459_167_123) { _ in }
    #expect(scratch.files(ending: ".mp4").count == 2, "nobody knew what is to be kept")
    let kept = Set([name(30, .clip).file, name(30, .snapshot).file, name(30, .clip).identifier])
    rules.knowledge = .init(kept: { kept }, alerts: { _ in [] }, forget: { paths in gone.withLock { $0 += paths } })
    _ = Retention.sweep(media, limits, rules, now: 1_795_459_167_123) { #expect($0.removed == 3 && $0.kept == 3) }
    for kind in [MediaName.Kind.clip, .snapshot, .trace] {
      #expect(FileManager.default.fileExists(atPath: "\(media.path)/\(name(30, kind).folder)/\(name(30, kind).file)"))
      #expect(gone.withLock { $0 }.contains("\(media.path)/\(name(20, kind).folder)/\(name(20, kind).file)"))
    }
  }

  @Test func `what is too old goes, and nothing that was not written here`() throws {
    let scratch = try ScratchFolder(), elsewhere = try ScratchFolder()
    let media = try MediaFolder(path: scratch.path)
    let files = FileManager.default
    let now: Int64 = 1_795_459_167_123
    func name(_ days: Int64, _ camera: String = "front", _ kind: MediaName.Kind = .clip) -> MediaName {
      MediaName(
        camera: camera, milliseconds: now - days * 86_400_000, label: "person", identifier: Self.identifier, kind: kind)
    }
    for days in [0, 1, 9, 11, 400] as [Int64] {
      for kind in [MediaName.Kind.clip, .snapshot] {
        try Data([1]).write(to: URL(filePath: try media.place(name(days, "front", kind))))
      }
    }
    let open = name(500)
    try Data([1]).write(to: URL(filePath: try media.place(open)))
    media.note(open.file, isOpen: true)
    // What is odd: other names, ours in a wrong place, a folder with a file's name, links to folders and to files.
    let old = name(300)
    let folder = "\(scratch.path)/\(old.folder)"
    try files.createDirectory(atPath: folder, withIntermediateDirectories: true)
    for odd in ["\(folder)/notes.txt", "\(scratch.path)/\(old.file)", "\(scratch.path)/front/\(old.file)"] {
      try Data([1]).write(to: URL(filePath: odd))
    }
    try files.createDirectory(atPath: "\(folder)/\(old.file)", withIntermediateDirectories: true)
    try Data([1]).write(to: URL(filePath: "\(elsewhere.path)/precious.mp4"))
    let linked = name(301)
    try files.createDirectory(atPath: "\(scratch.path)/\(linked.folder)", withIntermediateDirectories: true)
    try files.createSymbolicLink(
      atPath: "\(scratch.path)/\(linked.folder)/\(linked.file)", withDestinationPath: "\(elsewhere.path)/precious.mp4")
    let foreign = name(302, "other")
    let target = "\(elsewhere.path)/\(foreign.day)/\(foreign.hour)"
    try files.createDirectory(atPath: target, withIntermediateDirectories: true)
    try Data([1]).write(to: URL(filePath: "\(target)/\(foreign.file)"))
    try files.createSymbolicLink(atPath: "\(scratch.path)/other", withDestinationPath: elsewhere.path)

    let before = Set(scratch.files() + elsewhere.files())
    var limits = StorageSettings()
    limits.minFree = .bytes(0)
    var report = Retention.Report()
    #expect(!Retention.sweep(media, limits, now: now) { report = $0 })
    let gone = before.subtracting(scratch.files() + elsewhere.files()).filter { $0.hasSuffix("4") || $0.hasSuffix("g") }
    let wanted = ([11, 400] as [Int64]).flatMap { days in
      [MediaName.Kind.clip, .snapshot].map { kind -> String in
        let name = name(days, "front", kind)
        return "\(scratch.path)/\(name.folder)/\(name.file)"
      }
    }
    #expect(gone == Set(wanted))
    #expect(report.removed == 4 && report.files == 6 && report.freeBytes > 0)
    // Folders that are empty go, too.
    #expect(!files.fileExists(atPath: "\(scratch.path)/front/\(name(400).day)"))
    #expect(files.fileExists(atPath: "\(scratch.path)/front/\(name(9).day)"))
    #expect(!Retention.sweep(media, limits, now: now) { report = $0 } && report.removed == 0)
  }

  @Test func `folders that are empty go when nothing is put there any more`() throws {
    let scratch = try ScratchFolder()
    let media = try MediaFolder(path: scratch.path)
    // It is 18:39 of the 23rd.
    for folder in [
      "front/2026-11-20", "front/2026-11-22/00", "front/2026-11-22/23", "front/2026-11-23/15", "front/2026-11-23/16",
      "front/2026-11-23/18", "front/2026-11-24/00", "front/holiday", "other/2026-11-23",
    ] {
      try FileManager.default.createDirectory(
        atPath: "\(scratch.path)/\(folder)", withIntermediateDirectories: true)
    }
    #expect(!Retention.sweep(media, StorageSettings(), now: 1_795_459_167_123) { _ in })
    #expect(
      scratch.files().map { $0.dropFirst(scratch.path.count + 1) } == [
        "front", "front/2026-11-23", "front/2026-11-23/16", "front/2026-11-23/18", "front/2026-11-24",
        "front/2026-11-24/00", "front/holiday", "other", "other/2026-11-23",
      ])
  }

  @Test func `an empty folder that was just created stays, however old the hour is that it stands for`() throws {
    let scratch = try ScratchFolder()
    let media = try MediaFolder(path: scratch.path)
    let hour = "\(scratch.path)/front/2026-11-20/18"
    try FileManager.default.createDirectory(atPath: hour, withIntermediateDirectories: true)
    let now = EventClock.wallMilliseconds
    #expect(!Retention.sweep(media, StorageSettings(), now: now) { _ in })
    #expect(FileManager.default.fileExists(atPath: hour), "a camera whose clock is late is about to write a file there")
    #expect(!Retention.sweep(media, StorageSettings(), now: now + 120_000) { _ in })
    #expect(!FileManager.default.fileExists(atPath: hour), "and nothing came")
  }

  @Test(
    arguments: [
      (["s1@5", "e1@9"], 4, 10), (["s1@5", "s2@6", "e1@7", "e2@8"], 4, 9), (["s1@5", "s2@6", "e2@9", "e1@7"], 4, 10),
      (["s1@0", "e1@1"], 0, 2), (["s1@5", "e1@6", "s2@7", "e2@9"], 4, 10), (["s1@5"], 4, nil),
      (["s1@5", "e9@7"], 4, nil), (["s1@5", "s2@6", "e1@7"], 4, nil),
    ] as [([String], UInt64, UInt64?)])
  func `objects whose times overlap share a span`(story: [String], from: UInt64, until: UInt64?) throws {
    var plan = ClipPlan(preRoll: 1, postRoll: 1)
    #expect(plan.current == nil)
    for word in story {
      let parts = word.dropFirst().split(separator: "@").compactMap { UInt64($0) }
      if word.hasPrefix("s") { plan.start(Int(parts[0]), at: parts[1] * 1_000_000_000) }
      if word.hasPrefix("e") { plan.end(Int(parts[0]), at: parts[1] * 1_000_000_000) }
    }
    #expect(plan.current == ClipPlan.Span(from: from * 1_000_000_000, until: until.map { $0 * 1_000_000_000 }))
    plan.settle()
    #expect((plan.current == nil) == (until != nil))
  }

  @Test func `a hundred files that could not be written are one reason to look`() throws {
    let scratch = try ScratchFolder()
    let media = try MediaFolder(path: scratch.path)
    for _ in 0..<100 { media.noteFailure(.clip, OutputError(.writeFailed, "the disk is full")) }
    #expect(media.trouble.wait(seconds: 0))
    #expect(!media.trouble.wait(seconds: 0), "the hundred were one")
  }
}
