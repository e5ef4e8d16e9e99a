import FFmpeg

/// A decoder that reports whether each frame is complete.
///
/// libav conceals damage and in many codecs does not report it. For intra-only codecs (JPEG, PNG, FFV1, ProRes …)
/// each frame is therefore decoded strictly first, and leniently only if that fails. Other codecs report concealed
/// errors; frames predicted from a damaged one are damaged, too, until the next keyframe.
struct CheckedDecoder: ~Copyable {
  private let parameters: StreamParameters
  private var decoder: Decoder
  /// Decodes frames that `decoder` rejects; created when first needed.
  private var lenient: Decoder?
  private let isStrict: Bool
  private let hasChecksums: Bool
  /// Number of frames that were incomplete, as long as all were: such a sender's frames are accepted as they are.
  private var oddCount: Int? = 0
  private var isNextLenient = false
  private var isNextDamaged = false
  /// Whether a frame since the last keyframe was damaged.
  private var isSpoilt = false

  /// After so many of them strictness is given up.
  private static let patience = 32

  init(_ parameters: StreamParameters, threads: Int, isLowDelay: Bool) throws(FFmpegError) {
    self.parameters = parameters
    // With several threads several packets are decoded at once, so an error cannot be assigned to one of them.
    let isCheckable = threads == 1 && Decoder.isIntraOnly(parameters)
    decoder = try Decoder(parameters, threads: threads, isLowDelay: isLowDelay, isStrict: isCheckable)
    isStrict = isCheckable
    // Checksums are compared; mismatches are reported in libav's log.
    hasChecksums = threads == 1 && parameters.codecName == "ffv1"
    lenient = nil
  }

  /// Whether incomplete frames of this sender are accepted.
  private var isForgiving: Bool { oddCount ?? 0 >= Self.patience }

  /// Resets the decoder.
  mutating func flush() {
    decoder.flush()
    isSpoilt = false
  }

  /// Sends a packet, or `nil` at the end of the stream.
  mutating func send(_ packet: Packet?) throws(FFmpegError) {
    isNextDamaged = false
    isNextLenient = false
    guard isStrict, let packet else {
      let errors = Decoder.reportedErrors
      try decoder.send(packet)
      isNextDamaged = hasChecksums && Decoder.reportedErrors != errors
      return
    }
    if isForgiving { return try sendLeniently(packet) }
    let errors = Decoder.reportedErrors
    do throws(FFmpegError) {
      try decoder.send(packet)
      isNextDamaged = Decoder.reportedErrors != errors
    } catch {
      if error.code == .interrupted || error.code == .outOfMemory { throw error }
      isNextDamaged = true
      try sendLeniently(packet)
    }
    oddCount = isNextDamaged ? oddCount.map { $0 + 1 } : nil
  }

  private mutating func sendLeniently(_ packet: Packet) throws(FFmpegError) {
    var current = if let lenient = lenient.take() { lenient } else { try Decoder(parameters, isLowDelay: true) }
    isNextLenient = true
    do throws(FFmpegError) { try current.send(packet) } catch {
      lenient = consume current
      throw error
    }
    lenient = consume current
  }

  /// Receives the next frame, marked if it is damaged.
  mutating func receive() throws(FFmpegError) -> Decoder.Outcome {
    let outcome = isNextLenient ? try lenient?.receive() ?? .needsInput : try decoder.receive()
    guard case .frame(let frame) = outcome else { return outcome }
    if isStrict {
      if isNextDamaged { frame.markDamaged() }
      return outcome
    }
    if isNextDamaged { frame.markDamaged() }
    if frame.isKeyframe { isSpoilt = false }
    if frame.isDamaged { isSpoilt = true } else if isSpoilt { frame.markDamaged() }
    return outcome
  }
}
