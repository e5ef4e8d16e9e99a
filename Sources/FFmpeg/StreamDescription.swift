import CFFmpeg

/// One stream of an opened container.
package struct StreamDescription: Sendable {
  /// Index in the container, as in `Packet.streamIndex`.
  package let index: Int
  /// Codec and its parameters.
  package internal(set) var parameters: StreamParameters
  /// Unit of its timestamps.
  package let timeBase: TimeBase
  /// Frames per second, from the container or estimated by libav; `nil` if unknown.
  package let nominalRate: Double?
  /// Start time in seconds; `nil` if unknown.
  package let start: Double?
  /// Duration in seconds; `nil` if unknown.
  package let duration: Double?
  /// Number of frames that the container states; `nil` if it does not.
  package let frameCount: Int?
  /// Orientation that the container states.
  package private(set) var orientation: FrameOrientation
  /// Pixel aspect ratio from container or codec, width over height; 1 if unknown.
  package private(set) var pixelAspect: Double
  /// Whether the container states the pixel aspect ratio, which then holds for all frames.
  package private(set) var hasStatedAspect: Bool
  /// Order of the fields of interlaced video whose frames do not state it; `nil` otherwise.
  package private(set) var fieldOrder: FieldOrder?
  /// Whether it is the cover image of audio rather than video.
  package let isCoverImage: Bool

  init(
    _ stream: UnsafeMutablePointer<AVStream>, in context: UnsafeMutablePointer<AVFormatContext>
  ) throws(FFmpegError) {
    index = Int(unsafe stream.pointee.index)
    parameters = try unsafe StreamParameters(copying: stream.pointee.codecpar)
    let timeBase = unsafe TimeBase(stream.pointee.time_base) ?? .microseconds
    self.timeBase = timeBase
    let rate = unsafe av_guess_frame_rate(context, stream, nil)
    nominalRate = rate.num > 0 && rate.den > 0 ? Double(rate.num) / Double(rate.den) : nil
    let none = yolostream_no_pts()
    let startTicks = unsafe stream.pointee.start_time
    start = startTicks == none ? nil : timeBase.seconds(of: startTicks)
    let ticks = unsafe stream.pointee.duration
    let whole = unsafe context.pointee.duration
    if ticks != none, ticks > 0 {
      duration = timeBase.seconds(of: ticks)
    } else {
      duration = whole != none && whole > 0 ? TimeBase.microseconds.seconds(of: whole) : nil
    }
    let count = unsafe stream.pointee.nb_frames
    frameCount = count > 0 ? Int(count) : nil
    orientation = unsafe yolostream_display_matrix(stream).map { unsafe FrameOrientation($0) } ?? .upright
    let aspect = unsafe av_guess_sample_aspect_ratio(context, stream, nil)
    pixelAspect = aspect.num > 0 && aspect.den > 0 ? Double(aspect.num) / Double(aspect.den) : 1
    let stated = unsafe stream.pointee.sample_aspect_ratio
    hasStatedAspect = stated.num > 0 && stated.den > 0
    fieldOrder = unsafe FieldOrder(rawValue: yolostream_stated_fields(stream.pointee.codecpar))
    isCoverImage = unsafe stream.pointee.disposition & AV_DISPOSITION_ATTACHED_PIC != 0
  }

  /// This stream as `encoder` makes it again of upright, progressive frames with square pixels, with the same unit of time.
  package func encoded(by encoder: borrowing Encoder) throws(FFmpegError) -> StreamDescription {
    var other = self
    other.parameters = try StreamParameters(of: encoder)
    (other.orientation, other.pixelAspect, other.hasStatedAspect, other.fieldOrder) = (.upright, 1, true, nil)
    return other
  }
}
