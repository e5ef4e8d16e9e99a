import Checkpoints
import Foundation
import GELAN
import TestSupport
import Testing

@testable import ModelStore

@Suite(.serialized) struct ModelCacheTests {
  let release: URL
  let cache: ModelCache
  let model: ReleasedModel

  /// A release with one file: a small network in the place of the official one, of the size in its name.
  init() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "store-\(UUID().uuidString)")
    release = folder.appending(path: "release")
    try FileManager.default.createDirectory(at: release, withIntermediateDirectories: true)
    cache = ModelCache(folder: folder.appending(path: "cache").path)
    model = try #require(ReleasedModel.named("yolov9-t"))
    try write(licence: "none")
  }

  /// Writes the file of the release; the same network with another licence is another file.
  private func write(licence: String) throws {
    let spec = try #require(NetworkSpec.named("gelan-t"))
    let path = release.appending(path: model.fileName)
    try InferenceModel(randomWeightsFor: spec).write(to: path.path, licence: licence, origin: "made up for a test")
  }

  private func failure(_ body: () throws -> Void) -> ModelStoreError? {
    do { try body() } catch { return error as? ModelStoreError }
    return nil
  }

  @Test func `a model is fetched, checked and kept with its hash`() throws {
    let server = try ReleaseServer(folder: release)
    defer { withExtendedLifetime(server) {} }
    var steps: [(Int, Int?)] = []
    let hash = try cache.fetch(model, from: server.address, takesPlainHTTP: true) { steps.append(($0, $1)) }
    let bytes = try Data(contentsOf: release.appending(path: model.fileName))
    #expect(try Data(contentsOf: URL(filePath: cache.path(of: model))) == bytes && cache.has(model))
    #expect(cache.recordedHash(of: model) == hash && hash.count == 64)
    #expect(steps.last?.0 == bytes.count && steps.allSatisfy { $0.1 == bytes.count })
    // Also by a redirection, as releases are; and the same file again is the same.
    #expect(try cache.fetch(model, from: "\(server.address)/moved", takesPlainHTTP: true) == hash)
  }

  @Test func `what broke off goes on where it was`() throws {
    let server = try ReleaseServer(folder: release, breakingOffAfter: 3_000_000)
    defer { withExtendedLifetime(server) {} }
    let broken = failure { _ = try cache.fetch(model, from: server.address, takesPlainHTTP: true, timeout: 5) }
    #expect(broken?.code == .unreachable && !cache.has(model), "\(String(describing: broken))")
    let part = try Data(contentsOf: URL(filePath: "\(cache.path(of: model)).part"))
    #expect(part.count == 3_000_000)
    var first: Int?
    _ = try cache.fetch(model, from: server.address, takesPlainHTTP: true) { done, _ in first = first ?? done }
    #expect((first ?? 0) > 3_000_000)
    let bytes = try Data(contentsOf: release.appending(path: model.fileName))
    #expect(try Data(contentsOf: URL(filePath: cache.path(of: model))) == bytes)
  }

  @Test func `what is no model, another model or another file than before is not kept`() throws {
    let server = try ReleaseServer(folder: release)
    defer { withExtendedLifetime(server) {} }
    let file = release.appending(path: model.fileName)
    let good = try Data(contentsOf: file)
    try Data("<html>log in first</html>".utf8).write(to: file)
    #expect(failure { _ = try cache.fetch(model, from: server.address, takesPlainHTTP: true) }?.code == .damaged)
    #expect(!cache.has(model) && !FileManager.default.fileExists(atPath: "\(cache.path(of: model)).part"))

    try good.write(to: file)
    _ = try cache.fetch(model, from: server.address, takesPlainHTTP: true)
    try write(licence: "another")
    let changed = failure { _ = try cache.fetch(model, from: server.address, takesPlainHTTP: true) }
    #expect(changed?.code == .damaged && changed?.message.contains("SHA-256") == true)
    #expect(try Data(contentsOf: URL(filePath: cache.path(of: model))) == good)

    let other = try #require(ReleasedModel.named("gelan-c"))
    try good.write(to: release.appending(path: other.fileName))
    #expect(
      failure { _ = try cache.fetch(other, from: server.address, takesPlainHTTP: true) }?.message.contains("gelan-t")
        == true)
  }

  @Test func `a server that is not there and one that refuses are distinguished`() throws {
    let server = try ReleaseServer(folder: release)
    defer { withExtendedLifetime(server) {} }
    let missing = try #require(ReleasedModel.named("yolov9-s"))
    #expect(failure { _ = try cache.fetch(missing, from: server.address, takesPlainHTTP: true) }?.code == .notFound)
    #expect(
      failure { _ = try cache.fetch(model, from: "\(server.address)/forbidden", takesPlainHTTP: true) }?.code
        == .accessDenied)
    #expect(
      failure { _ = try cache.fetch(model, from: "http://127.0.0.1:9", takesPlainHTTP: true, timeout: 5) }?.code
        == .unreachable)
    let plain = failure { _ = try cache.fetch(model, from: server.address) }
    #expect(plain?.code == .accessDenied && plain?.message.contains("--plain-http") == true)
    for address in ["ftp://127.0.0.1:9", "/etc", "HTTP://127.0.0.1:9"] {
      #expect(failure { _ = try cache.fetch(model, from: address, timeout: 5) }?.code == .accessDenied)
    }
    var small = ModelCache(folder: cache.folder + "/small")
    small.sizeLimit = 1000
    let large = failure { _ = try small.fetch(model, from: server.address, takesPlainHTTP: true) }
    #expect(large?.code == .damaged && large?.message.contains("larger than") == true, "\(large as Any)")
    let left = (try? FileManager.default.attributesOfItem(atPath: small.path(of: model) + ".part")[.size] as? Int) ?? 0
    #expect(left == 0, "what is too large is not gone on with")
    #expect(failure { _ = try cache.fetch(model, from: "file:///etc", timeout: 5) } != nil)
    let blocked = ModelCache(folder: "/proc/none")
    #expect(failure { _ = try blocked.fetch(model, from: server.address, takesPlainHTTP: true) }?.code == .unwritable)
  }

  /// The digest of `abc` in FIPS 180-2.
  @Test func `the hash is SHA-256`() throws {
    let path = release.appending(path: "abc").path
    try "abc".write(toFile: path, atomically: true, encoding: .utf8)
    #expect(
      try ModelCache.hash(ofFileAt: path) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
  }

  @Test func `a file that cannot be read to its end has no hash`() {
    // Opens as a file does, and fails at the first byte.
    let error = #expect(throws: ModelStoreError.self) { try ModelCache.hash(ofFileAt: "/proc/self/mem") }
    #expect(error?.code == .unreadable)
    #expect(throws: ModelStoreError.self) { try ModelCache.hash(ofFileAt: "/nowhere") }
  }
}
