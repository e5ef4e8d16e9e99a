import Capture
import Scene

extension StreamReport {
  /// Damage of a finite source, one sentence each; empty for an intact one. Everything readable was used.
  ///
  /// - Parameter isWhole: whether the source was read from its first to its last frame.
  package func damage(isWhole: Bool) -> [String] {
    guard source.kind != .live else { return [] }
    var sentences = losses.unreadable
    if losses.damagedFrames + losses.damagedPackets > losses.unreadable.count {
      sentences.append(
        "\(source.address) is damaged: \(losses.damagedPackets.counted("piece")) could not be read or decoded whole, "
          + "\(losses.damagedFrames) of \(frames.count.counted("frame")) \(losses.damagedFrames == 1 ? "is not as it was" : "are not as they were"); results are written as far as it goes"
      )
    }
    sentences += changes.sentences.map { "\(source.address): \($0)" }
    if isWhole, let sentence = shortfall { sentences.append(sentence) }
    return sentences
  }

  /// States that a video ended well before its declared end. Frame counts alone do not show this: some containers
  /// estimate them, and edit lists leave out frames.
  private var shortfall: String? {
    guard source.kind == .file, let duration = source.duration, let declared = source.frameCount else { return nil }
    let interval = 1 / (source.nominalRate ?? 25)
    let shown = frames.seconds - (frames.first ?? 0) + interval
    guard frames.count < declared, shown < duration - max(3 * interval, duration / 50) else { return nil }
    return "\(source.address) ends early: it declares \(declared.counted("frame")) in \(Self.text(duration)) s, "
      + "\(frames.count.counted("frame")) in \(Self.text(shown)) s could be read"
  }

  /// Two decimals.
  private static func text(_ seconds: Double) -> String {
    let hundredths = Int((min(max(seconds, 0), 1e12) * 100).rounded())
    return "\(hundredths / 100).\(hundredths / 10 % 10)\(hundredths % 10)"
  }
}
