import CFFmpeg
import Foundation
import Glibc

/// Opens an input, following redirections, on a thread that is abandoned if it hangs.
struct DemuxerOpening: Sendable {
  let name: String
  let isRemote: Bool
  let pipe: PipeReader?
  let options: [String: String]
  let timeout: Double
  /// The time limit in monotonic nanoseconds.
  let deadline: UInt64
  let interrupt: InterruptFlag

  /// Opens `url` without analysing it. Throws `.timedOut` or `.interrupted` shortly after the limit, whatever hangs.
  func open(_ url: String) throws(FFmpegError) -> InputContext {
    let outcome: Result<InputContext, FFmpegError>
    do throws(AbandonableCall.Failure) {
      outcome = try AbandonableCall.run(until: deadline, interrupt: interrupt) { follow(url) }
    } catch {
      switch error {
      case .abandoned:
        throw Demuxer.error(yolostream_averror_exit(), "open \(name)", interrupt: interrupt, timeout: timeout)
      case .noThread:
        throw FFmpegError(
          .timedOut,
          "cannot open \(name): too many earlier attempts hang in the system, or there is no thread for one more")
      }
    }
    return try outcome.get()
  }

  private func follow(_ first: String) -> Result<InputContext, FFmpegError> {
    var url = first
    for _ in 0...Redirection.limit {
      LogBridge.forgetRedirection()
      do throws(FFmpegError) { return .success(try openOnce(url)) } catch {
        let next = LogBridge.redirection
        LogBridge.forgetRedirection()
        guard let next, !interrupt.shouldStop else { return .failure(error) }
        guard ["rtsp://", "rtsps://"].contains(where: { next.lowercased().hasPrefix($0) }) else {
          return .failure(
            FFmpegError(.accessDenied, "cannot open \(name): the server refers to \(next), which is not RTSP"))
        }
        url = Redirection.next(next, from: url)
      }
    }
    return .failure(
      FFmpegError(.unreachable, "cannot open \(name): its servers refer to each other without end"))
  }

  private func openOnce(_ url: String) throws(FFmpegError) -> InputContext {
    let fresh = try unsafe FFmpegError.unwrap(avformat_alloc_context(), "a demuxer")
    unsafe fresh.pointee.interrupt_callback = unsafe interrupt.callback
    if let pipe { unsafe fresh.pointee.pb = unsafe pipe.handle }
    var opened: UnsafeMutablePointer<AVFormatContext>? = unsafe fresh
    var list = OptionList(options)
    // Protocols return various errors for an interrupted call, so the time is checked as well.
    let (status, isLate) = interrupt.withDeadline(at: deadline) {
      let status = unsafe avformat_open_input(&opened, url, nil, &list.handle)
      return (status, interrupt.shouldStop)
    }
    // On failure libav has freed the context.
    guard status >= 0, let pointer = unsafe opened else { throw failure(status, isLate: isLate, url) }
    return unsafe InputContext(pointer, interrupt: interrupt, pipe: pipe)
  }

  private func failure(_ status: Int32, isLate: Bool, _ url: String) -> FFmpegError {
    // libav's error for a name without an address.
    if isRemote, status == yolostream_averror(EIO), !isLate {
      let isSecure = ["rtsps:", "rtmps:", "https:"].contains { url.hasPrefix($0) }
      return FFmpegError(
        .unreachable,
        "cannot open \(name): the host could not be found or did not answer" + (isSecure ? ", or not by TLS" : ""))
    }
    // libav's error for a format that is not allowed.
    if status == yolostream_averror(EINVAL), !isLate, !url.hasPrefix("rtsp") {
      return FFmpegError(
        .invalidData,
        "cannot open \(name): expected a container with media in it, got something else, such as a playlist that names "
          + "other files")
    }
    if status == yolostream_averror_invalid_data(), !isLate, !isRemote {
      let reason =
        pipe == nil && Self.isMP4(url)
        ? "the index of this MP4 file (moov) is missing or damaged; a recording or copy that was cut off has none"
        : "expected a file of video or images, got one that is empty, damaged or of another kind"
      return FFmpegError(.invalidData, "cannot open \(name): \(reason)")
    }
    return Demuxer.error(
      isLate ? yolostream_averror_exit() : status, "open \(name)", interrupt: interrupt, timeout: timeout)
  }

  /// Whether the file at `address` begins as MP4 and MOV do.
  private static func isMP4(_ address: String) -> Bool {
    let path = address.hasPrefix("file:") ? String(address.dropFirst("file:".count)) : address
    guard let file = FileHandle(forReadingAtPath: path), let start = try? file.read(upToCount: 8) else { return false }
    return start.dropFirst(4).elementsEqual("ftyp".utf8)
  }
}
