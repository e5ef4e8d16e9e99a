package import FFmpeg
import Glibc
public import Scene

/// A source of timed frames.
///
/// `next()` blocks, so call it on a thread of its own; concurrent calls wait for each other. Everything else can be
/// called on any thread at any time.
public protocol FrameSource: AnyObject, Sendable {
  /// What is known of the source since it was opened.
  var description: SourceDescription { get }
  /// Compressed audio that accompanies the frames, if requested and available; a writer can copy it.
  var audio: AudioPackets? { get }
  /// Losses and repairs so far.
  var losses: SourceLosses { get }
  /// Waits for the next frame, in presentation order.
  func next() throws(CaptureError) -> CaptureOutcome
  /// Ends the current `next()` and all later ones with an error of code `interrupted`.
  func interrupt()
}

/// Compressed audio of a source, for a writer of this package.
public struct AudioPackets: Sendable {
  package let queue: PacketQueue

  package init(_ queue: PacketQueue) { self.queue = queue }
}

/// What a source knows of itself after opening.
public struct SourceDescription: Sendable {
  /// How frames are delivered.
  public enum Kind: Hashable, Sendable {
    /// In real time; a slow reader loses frames.
    case live
    /// On demand.
    case file
    /// On demand, unrelated images.
    case stills
  }

  /// How frames are delivered.
  public var kind: Kind
  /// The address without credentials.
  public var address: String
  /// Path of the file being read, which no output may overwrite.
  public var path: String?
  /// Width of the frames in pixels; 0 if unknown.
  public var width: Int
  /// Height of the frames in pixels; 0 if unknown.
  public var height: Int
  /// Frames per second, if known.
  public var nominalRate: Double?
  /// Duration in seconds, if known; `nil` for a live source, but not for a file at a network address.
  public var duration: Double?
  /// Number of frames, if known; may be an estimate.
  public var frameCount: Int?
  /// Unit of the source's timestamps; a writer with the same unit keeps them exactly.
  package var timeBase: TimeBase
  /// Pixel aspect ratio, width over height.
  public var pixelAspect: Double
  /// Start of reading in seconds of the source; time 0 of an output.
  public var origin = 0.0
  /// Name of the codec, such as `h264`; `nil` for uncompressed frames.
  public var codec: String?
  /// When a file was made, as its container states it, such as `2026-11-23T18:39:27.000000Z`; `nil` if it does not.
  public var creationTime: String?
}

/// Counts of a source's losses and repairs.
public struct SourceLosses: Hashable, Sendable {
  /// Packets that could not be read or decoded.
  public var damagedPackets = 0
  /// Frames delivered although part of them is concealed or predicted from a concealed part.
  public var damagedFrames = 0
  /// Inputs that could not be read and were skipped, one sentence each; the first hundred.
  public var unreadable: [String] = []
  /// Frames withheld because they were damaged or predicted from a damaged one.
  public var withheldFrames = 0
  /// Packets lost on the network.
  public var lostPackets = 0
  /// Frames of a camera that were not fetched in time: gaps in its counter.
  public var skippedFrames = 0
  /// Timestamps that were missing or wrong and were replaced.
  public var mendedTimestamps = 0

  /// Nothing lost.
  public init() {}

  /// Counts a frame that could not be decoded. Rethrows errors that affect all later frames: interruption, out of
  /// memory, unsupported format.
  mutating func countDamage(_ error: FFmpegError) throws(FFmpegError) {
    switch error.code {
    case .interrupted, .outOfMemory, .unsupported: throw error
    default:
      damagedPackets += 1
      withheldFrames += 1
    }
  }

  /// Whether delivered frames are missing or concealed.
  public var isDamaged: Bool { damagedPackets + damagedFrames + withheldFrames > 0 || !unreadable.isEmpty }

  /// Records an input that could not be read.
  mutating func note(unreadable sentence: String) { if unreadable.count < 100 { unreadable.append(sentence) } }

  /// The sum of two sources' losses.
  static func + (one: SourceLosses, other: SourceLosses) -> SourceLosses {
    var sum = one
    sum.damagedPackets += other.damagedPackets
    sum.damagedFrames += other.damagedFrames
    for sentence in other.unreadable { sum.note(unreadable: sentence) }
    sum.withheldFrames += other.withheldFrames
    sum.lostPackets += other.lostPackets
    sum.skippedFrames += other.skippedFrames
    sum.mendedTimestamps += other.mendedTimestamps
    return sum
  }
}

extension FrameStamp {
  /// The monotonic clock in nanoseconds, as in `arrival`.
  public static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// The wall clock in microseconds since 1970.
  static func wall() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
