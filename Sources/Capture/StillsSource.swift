import FFmpeg
import Glibc
import Imaging
import Scene
import Synchronization

/// One image, or the images of a folder in the order of their names.
package final class StillsSource: FrameSource {
  /// What is known of the source before its first image.
  package let description: SourceDescription
  private let paths: [String]
  private let rate: Double
  private let flag = InterruptFlag()
  /// Locked while an image is read.
  private let state = Mutex(State())
  /// The losses, for others meanwhile.
  private let counts = Mutex(SourceLosses())

  private struct State {
    var index = 0
    var losses = SourceLosses()
    var hasGiven = false
    var lastFailure: CaptureError?
  }

  /// The images at `paths`; messages call them `address`. Damaged images are skipped and counted.
  init(paths: [String], address: String, options: SourceOptions) {
    self.paths = paths
    rate = options.stillsRate > 0 ? options.stillsRate : 1
    description = SourceDescription(
      kind: .stills, address: address, path: paths.count == 1 ? paths[0] : nil, width: 0, height: 0, nominalRate: rate,
      duration: Double(paths.count) / rate, frameCount: paths.count, timeBase: .video, pixelAspect: 1, codec: nil)
  }

  /// The image at `path`.
  package convenience init(image path: String, options: SourceOptions = SourceOptions()) {
    self.init(paths: [path], address: path, options: options)
  }

  /// The images in the folder at `path`, without subfolders. Throws `invalidMedia` if there are none.
  package convenience init(folder path: String, options: SourceOptions = SourceOptions()) throws(CaptureError) {
    let paths = try Self.images(in: path)
    guard !paths.isEmpty else { throw CaptureError(.invalidMedia, "cannot show \(path): it holds no images") }
    let others = try Self.files(in: path) { SourceAddress.hasEnding($0, of: Self.otherEndings) }
    self.init(paths: paths, address: path, options: options)
    state.withLock { state in
      for other in others {
        state.losses.note(unreadable: "cannot show \(other): images of this kind are not read")
        state.losses.damagedPackets += 1
      }
      publish(state.losses)
    }
  }

  private func publish(_ losses: SourceLosses) { counts.withLock { $0 = losses } }

  /// Extensions of photographs that are not read: in a folder with others they are named.
  private static let otherEndings: Set<String> = ["heic", "heif", "jxl"]

  /// Paths of the images in the folder at `path`, sorted by name. Throws if the folder cannot be read.
  package static func images(in path: String) throws(CaptureError) -> [String] {
    try files(in: path, where: SourceAddress.isImage)
  }

  private static func files(
    in path: String, where isWanted: (String) -> Bool
  ) throws(CaptureError) -> [String] {
    guard let folder = unsafe opendir(path) else {
      throw CaptureError(errno == EACCES ? .accessDenied : .notFound, "cannot open the folder \(path)")
    }
    defer { unsafe closedir(folder) }
    var names: [String] = []
    errno = 0
    while let entry = unsafe readdir(folder) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { start in
        unsafe String(cString: UnsafeRawPointer(start).assumingMemoryBound(to: CChar.self))
      }
      if !name.hasPrefix("."), isWanted(name) { names.append(name) }
      errno = 0
    }
    guard errno == 0 else {
      throw CaptureError(.inputOutput, "cannot read the folder \(path): \(ImageFile.text(of: errno))")
    }
    let prefix = path.hasSuffix("/") ? path : path + "/"
    return names.sorted().map { prefix + $0 }
  }

  /// No audio.
  package var audio: AudioPackets? { nil }
  /// Losses so far.
  package var losses: SourceLosses { counts.withLock { $0 } }

  /// The next image, or the end.
  package func next() throws(CaptureError) -> CaptureOutcome {
    try state.withLock { (state) throws(CaptureError) -> CaptureOutcome in
      defer { publish(state.losses) }
      while state.index < paths.count {
        if flag.isInterrupted {
          throw CaptureError(.interrupted, "cannot read \(description.address): interrupted")
        }
        let index = state.index
        let path = paths[index]
        state.index += 1
        do throws(CaptureError) {
          var remarks = ImageFile.Remarks()
          let pixels = try ImageFile(path: path).read(noting: &remarks)
          if remarks.isDamaged {
            state.losses.damagedFrames += 1
            state.losses.note(unreadable: "\(path) is damaged; what could be decoded of it was read")
          }
          if remarks.imageCount > 1 {
            state.losses.note(unreadable: "\(path) holds \(remarks.imageCount) images, of which the first was read")
          }
          state.hasGiven = true
          return .frame(
            CapturedFrame(
              stamp: FrameStamp(index: index, seconds: Double(index) / rate, arrival: FrameStamp.now()),
              pixels: pixels, isDamaged: remarks.isDamaged, fileName: path.split(separator: "/").last.map(String.init)))
        } catch {
          // An unreadable image does not affect the others.
          let isOneOfMany =
            paths.count > 1
            && [.invalidMedia, .unsupported, .notFound, .accessDenied, .inputOutput].contains(error.code)
          guard isOneOfMany else { throw error }
          state.losses.note(unreadable: error.message)
          state.losses.damagedPackets += 1
          state.lastFailure = error
        }
      }
      // Without any readable image the last error is thrown.
      if !state.hasGiven, let failure = state.lastFailure { throw failure }
      return .endOfStream
    }
  }

  /// Interrupts `next`; callable on any thread.
  package func interrupt() { flag.interrupt() }
}
