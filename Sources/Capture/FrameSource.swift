public import FFmpeg
import Glibc
public import Scene

/// Something that gives timed frames, one after another.
///
/// `next()` blocks, so it belongs on a thread of its own; calls from several threads wait for each other. Everything else
/// may be called from anywhere at any time.
public protocol FrameSource: AnyObject, Sendable {
  /// What was found when the source was opened.
  var description: SourceDescription { get }
  /// Compressed audio that goes with the frames, if it was asked for and there is any: a writer may copy it.
  var audio: PacketQueue? { get }
  /// What went wrong so far without ending the source.
  var losses: SourceLosses { get }
  /// The next frame, in the order of presentation.
  func next() throws(CaptureError) -> CaptureOutcome
  /// Ends a `next()` that waits, and all later ones, with an error of code `interrupted`.
  func interrupt()
}

/// What a source found out about itself when it was opened.
public struct SourceDescription: Sendable {
  /// How the frames come.
  public enum Kind: Hashable, Sendable {
    /// They come when they come; who is late loses them.
    case live
    /// They wait to be fetched.
    case file
    /// They wait, and each stands for itself.
    case stills
  }

  /// How the frames come.
  public var kind: Kind
  /// The address, fit to be shown.
  public var address: String
  /// Path of the file that is read, which no output may overwrite.
  public var path: String?
  /// Columns of the frames as given out; 0 if unknown.
  public var width: Int
  /// Rows of the frames as given out; 0 if unknown.
  public var height: Int
  /// Frames per second, if known.
  public var nominalRate: Double?
  /// Length in seconds, if known; a live source has none, but a file behind a network address does.
  public var duration: Double?
  /// How many frames, if known; may be an estimate.
  public var frameCount: Int?
  /// Unit of the source's timestamps: a writer that uses it keeps them exactly.
  public var timeBase: TimeBase
  /// Width over height of a pixel.
  public var pixelAspect: Double
  /// Where reading starts, in seconds of the source; an output's own time begins there.
  public var origin = 0.0
  /// Name of the codec, such as `h264`; `nil` for what is not compressed.
  public var codec: String?
}

/// Counts of what a source lost or mended on its way.
public struct SourceLosses: Hashable, Sendable {
  /// Pieces of the stream that could not be read or decoded.
  public var damagedPackets = 0
  /// Frames that were given out although part of them is made up, or rests on such a part.
  public var damagedFrames = 0
  /// What could not be read and was passed over, a sentence each; the first hundred.
  public var unreadable: [String] = []
  /// Frames that were withheld because they were damaged, or rest on one that was.
  public var withheldFrames = 0
  /// Packets that were lost on the network.
  public var lostPackets = 0
  /// Frames that a camera took and nobody fetched in time: gaps in its count.
  public var skippedFrames = 0
  /// Timestamps that were missing, went backwards or jumped, and were replaced.
  public var mendedTimestamps = 0

  /// Nothing lost.
  public init() {}

  /// Counts a frame that could not be decoded. Throws an `error` that no later frame can be free of: an interruption, too
  /// little memory, a format that there is no decoder for.
  mutating func countDamage(_ error: FFmpegError) throws(FFmpegError) {
    switch error.code {
    case .interrupted, .outOfMemory, .unsupported: throw error
    default:
      damagedPackets += 1
      withheldFrames += 1
    }
  }

  /// Whether something is missing in what was given out, or made up.
  public var isDamaged: Bool { damagedPackets + damagedFrames + withheldFrames > 0 || !unreadable.isEmpty }

  /// Notes what could not be read.
  mutating func note(unreadable sentence: String) { if unreadable.count < 100 { unreadable.append(sentence) } }

  /// The losses of two sources together.
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
  /// Reading of the monotonic clock that `arrival` uses, in nanoseconds.
  public static func now() -> UInt64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
  }

  /// Reading of the clock on the wall, in microseconds since 1970.
  static func wall() -> Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1_000_000 + Int64(time.tv_nsec) / 1000
  }
}
