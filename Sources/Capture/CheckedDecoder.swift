import FFmpeg

/// A decoder that says of each frame whether it is whole.
///
/// libav makes the best of damage: it shows what it could decode and, in many codecs, says nothing. Where each frame stands
/// for itself (JPEG, PNG, FFV1, ProRes …) it is therefore decoded strictly first, and leniently only if that fails.
/// Others report what they had to make up; frames that are predicted from such a one are damaged, too, up to the next key
/// frame.
struct CheckedDecoder: ~Copyable {
  private let parameters: StreamParameters
  private var decoder: Decoder
  /// What makes the best of a frame that `decoder` refuses; made when it is first needed.
  private var lenient: Decoder?
  private let isStrict: Bool
  private let hasChecksums: Bool
  /// Frames that were not whole, from the first on without an exception: a sender whose frames are all a little odd.
  private var oddCount: Int? = 0
  private var isNextLenient = false
  private var isNextDamaged = false
  /// A frame before, since the last keyframe, was damaged.
  private var isSpoilt = false

  /// So many of them, and strictness is given up.
  private static let patience = 32

  init(_ parameters: StreamParameters, threads: Int, isLowDelay: Bool) throws(FFmpegError) {
    self.parameters = parameters
    // Several threads decode several packets: of none is it known what went wrong with it.
    let isCheckable = threads == 1 && Decoder.isIntraOnly(parameters)
    decoder = try Decoder(parameters, threads: threads, isLowDelay: isLowDelay, isStrict: isCheckable)
    isStrict = isCheckable
    // Its checksums are compared, and mismatches reported in the log.
    hasChecksums = threads == 1 && parameters.codecName == "ffv1"
    lenient = nil
  }

  /// Whether the sender's frames are taken as they are.
  private var isForgiving: Bool { oddCount ?? 0 >= Self.patience }

  /// Forgets every frame so far.
  mutating func flush() {
    decoder.flush()
    isSpoilt = false
  }

  /// Gives a packet, or `nil` for "that was the last".
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

  /// Takes the next frame, marked if it is damaged.
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
