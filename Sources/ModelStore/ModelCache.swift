import Checkpoints
import FFmpeg
import Foundation
import GELAN

/// The folder that fetched models are kept in, each with its SHA-256 beside it.
package struct ModelCache: Sendable {
  /// Where they are kept.
  package let folder: String
  /// Largest file that is taken, in bytes; the largest that is released has 140 MB.
  package var sizeLimit = 1 << 30

  /// - Parameter folder: where to keep them; otherwise `YOLOSTREAM_CACHE`, `CACHE_DIRECTORY` (which systemd sets), or
  ///   `yolostream` in the user's cache.
  package init(folder: String? = nil) {
    let environment = ProcessInfo.processInfo.environment
    func named(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    self.folder =
      folder ?? named("YOLOSTREAM_CACHE") ?? named("CACHE_DIRECTORY")
      ?? (named("XDG_CACHE_HOME") ?? "\(named("HOME") ?? "/tmp")/.cache") + "/yolostream"
  }

  /// Where `model` is, or will be.
  package func path(of model: ReleasedModel) -> String { "\(folder)/\(model.fileName)" }

  /// Where the quantised form of `model` is, or will be.
  package func quantisedPath(of model: ReleasedModel) -> String {
    "\(folder)/\(model.name)\(ReleasedModel.quantisedSuffix).safetensors"
  }

  /// Whether `model` is there.
  package func has(_ model: ReleasedModel) -> Bool { FileManager.default.fileExists(atPath: path(of: model)) }

  /// The hash that was recorded when `model` was first fetched.
  package func recordedHash(of model: ReleasedModel) -> String? {
    guard let text = try? String(contentsOfFile: "\(path(of: model)).sha256", encoding: .utf8) else { return nil }
    return text.split(separator: " ").first.map(String.init)
  }

  /// Fetches `model`, going on from what an earlier try left, and puts it in its place when it is whole, holds the network
  /// it should and is the same as any time before. Nothing in it is run.
  ///
  /// - Parameters:
  ///   - release: address of the folder that holds the files; otherwise the model's own release.
  ///   - takesPlainHTTP: whether `release` may be an address without TLS, whose answer anybody on the way can change.
  ///   - progress: called with the bytes so far and, if known, the total.
  /// - Returns: the SHA-256, which is recorded in `FILE.sha256` in the form that `sha256sum --check` reads.
  package func fetch(
    _ model: ReleasedModel, from release: String? = nil, takesPlainHTTP: Bool = false, timeout: Double = 30,
    progress: (Int, Int?) -> Void = { _, _ in }
  ) throws(ModelStoreError) -> String {
    let part = "\(path(of: model)).part"
    let release = release ?? model.release
    guard release.lowercased().hasPrefix("https://") || (takesPlainHTTP && release.lowercased().hasPrefix("http://"))
    else {
      throw ModelStoreError(
        .accessDenied, "cannot fetch from \(Redaction.redact(release)): expected https://, or --plain-http for http://")
    }
    do { try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true) } catch {
      throw ModelStoreError(.unwritable, "cannot create the folder \(folder) for models")
    }
    try download("\(release)/\(model.fileName)", to: part, timeout: timeout, progress: progress)
    let hash = try check(part, of: model)
    do {
      try "\(hash)  \(model.fileName)\n".write(toFile: "\(path(of: model)).sha256", atomically: true, encoding: .utf8)
      guard unsafe rename(part, path(of: model)) == 0 else { throw CocoaError(.fileWriteUnknown) }
    } catch {
      throw ModelStoreError(.unwritable, "cannot write \(path(of: model))")
    }
    return hash
  }

  private func download(
    _ address: String, to part: String, timeout: Double, progress: (Int, Int?) -> Void
  ) throws(ModelStoreError) {
    if !FileManager.default.fileExists(atPath: part) { _ = FileManager.default.createFile(atPath: part, contents: nil) }
    guard let file = FileHandle(forUpdatingAtPath: part), let end = try? file.seekToEnd() else {
      throw ModelStoreError(.unwritable, "cannot write \(part)")
    }
    defer { try? file.close() }
    var done = Int(end)
    do throws(FFmpegError) {
      var remote = try RemoteFile(address, from: done, timeout: timeout)
      let total = remote.byteCount
      while true {
        let bytes = try remote.read()
        if bytes.isEmpty { break }
        // A server may send without end.
        guard max(done + bytes.count, total ?? 0) <= sizeLimit else {
          try? file.truncate(atOffset: 0)
          throw FFmpegError(
            .unsupported, "cannot fetch \(address): it is larger than \(sizeLimit >> 20) MiB, so it is no such model")
        }
        do { try file.write(contentsOf: bytes) } catch {
          throw FFmpegError(.noSpace, "cannot write \(part): is the disk full?")
        }
        done += bytes.count
        progress(done, total)
      }
      guard total == nil || done == total else {
        throw FFmpegError(
          .unreachable,
          "cannot fetch \(address): it broke off after \(done) of \(total ?? 0) bytes; call again to go on")
      }
    } catch {
      switch error.code {
      case .noSpace: throw ModelStoreError(.unwritable, error.message)
      case .unsupported: throw ModelStoreError(.damaged, error.message)
      default: throw ModelStoreError(error)
      }
    }
  }

  /// The hash of the file at `part`, if it is `model`. A file that is not is taken away: going on from it would never end
  /// well.
  private func check(_ part: String, of model: ReleasedModel) throws(ModelStoreError) -> String {
    do throws(ModelError) {
      let checkpoint = try Checkpoint(path: part)
      let network = try checkpoint.network()
      try checkpoint.readAll()
      guard network.spec.name.hasSuffix(model.name.suffix(2)) else {
        throw ModelError(.mismatch, "\(part): expected \(model.name), found \(network.spec.name)")
      }
    } catch {
      try? FileManager.default.removeItem(atPath: part)
      throw ModelStoreError(.damaged, "what came as \(model.name) cannot be used: \(error.message)")
    }
    let hash = try Self.hash(ofFileAt: part)
    if let recorded = recordedHash(of: model), recorded != hash {
      try? FileManager.default.removeItem(atPath: part)
      throw ModelStoreError(
        .damaged,
        "what came as \(model.name) has the SHA-256 \(hash), but \(recorded) was recorded before; "
          + "remove \(path(of: model)).sha256 if the release has changed")
    }
    return hash
  }

  /// The SHA-256 of a file.
  static func hash(ofFileAt path: String) throws(ModelStoreError) -> String {
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw ModelStoreError(.unreadable, "cannot read \(path)")
    }
    defer { try? file.close() }
    var hash: SHA256
    do throws(FFmpegError) { hash = try SHA256() } catch { throw ModelStoreError(error) }
    while true {
      let bytes: Data?
      do { bytes = try file.read(upToCount: 1 << 20) } catch {
        throw ModelStoreError(.unreadable, "cannot read \(path) to its end: \(error.localizedDescription)")
      }
      guard let bytes, !bytes.isEmpty else { return hash.digest() }
      hash.update(Array(bytes))
    }
  }
}
