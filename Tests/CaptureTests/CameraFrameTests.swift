import FFmpeg
import Testing
import V4L2

@testable import Capture

@Suite struct CameraFrameTests {
  /// Rows of a driver that begin on multiples of `stride`; what lies between is 255.
  private func padded(_ rows: [[UInt8]], strides: [Int]) -> [UInt8] {
    zip(rows, strides).flatMap { row, stride in row + [UInt8](repeating: 255, count: stride - row.count) }
  }

  @Test(
    arguments: [
      (FourCC.grey, 8, [[1, 2], [3, 4]], [8, 8]), (.yuyv, 16, [[1, 2, 3, 4], [5, 6, 7, 8]], [16, 16]),
      (.nv12, 4, [[1, 2], [3, 4], [5, 6]], [4, 4, 4]), (.yu12, 8, [[1, 2], [3, 4], [5], [6]], [8, 8, 4, 4]),
    ] as [(FourCC, Int, [[UInt8]], [Int])])
  func `rows that a driver has padded are put together`(
    format: FourCC, rowBytes: Int, rows: [[UInt8]], strides: [Int]
  ) throws {
    let agreed = CaptureFormat(
      format: format, size: FrameSize(width: 2, height: 2), rowBytes: rowBytes, rate: nil, isFullRange: false)
    let sent = padded(rows, strides: strides)
    let packet = try unsafe Packet(copying: sent.span.bytes, of: agreed)
    #expect(unsafe packet.withBytes { unsafe Array($0) } == rows.flatMap { $0 })
    let cut = Array(sent.prefix(sent.count / 2 - 1))
    #expect(throws: FFmpegError.self) { _ = try unsafe Packet(copying: cut.span.bytes, of: agreed) }
    // What decodes them takes exactly this.
    var decoder = try Decoder(StreamParameters(camera: agreed))
    try decoder.send(packet)
    guard case .frame(let frame) = try decoder.receive() else {
      Issue.record("no frame of \(format)")
      return
    }
    #expect(frame.width == 2 && frame.height == 2)
  }

  @Test func `rows of a driver that states no stride follow each other`() throws {
    let agreed = CaptureFormat(
      format: .grey, size: FrameSize(width: 2, height: 2), rowBytes: 0, rate: nil, isFullRange: false)
    let sent: [UInt8] = [1, 2, 3, 4]
    let packet = try unsafe Packet(copying: sent.span.bytes, of: agreed)
    #expect(unsafe packet.withBytes { unsafe Array($0) } == sent)
  }

  @Test(
    arguments: [
      (.yuyv, .progressive, nil), (.yuyv, .topFirst, .topFirst), (.nv12, .bottomFirst, .bottomFirst),
      (.mjpeg, .topFirst, nil),
    ] as [(FourCC, CaptureFormat.Fields, FieldOrder?)])
  func `rows of two fields are merged unless the codec states the fields`(
    format: FourCC, fields: CaptureFormat.Fields, order: FieldOrder?
  ) {
    let agreed = CaptureFormat(
      format: format, size: FrameSize(width: 720, height: 576), rowBytes: 0, rate: nil, isFullRange: false,
      fields: fields)
    #expect(agreed.fieldOrder == order)
  }

  @Test func `the clock and the arrivals of a stream are distinguished`() {
    var even = ArrivalStatistics(), uneven = ArrivalStatistics(), delayed = ArrivalStatistics()
    for index in 0...300 {
      let time = Double(index) / 25
      even.add(time: time * 1.0001, arrival: time, byteCount: 1000, isKey: index % 50 == 0)
      uneven.add(time: time, arrival: time + (index % 2 == 0 ? 0.01 : 0), byteCount: 1000, isKey: false)
      delayed.add(time: time, arrival: time + (index < 5 ? 0.12 : 0), byteCount: 1000, isKey: false)
    }
    // A beginning that comes late does not bend the clock.
    #expect(delayed.clockDrift == 0)
    #expect(abs(even.rate - 25) < 1e-9 && abs(even.bitRate - 200_000) < 1e-6 && even.jitter < 1e-5)
    #expect(abs((even.keyInterval ?? 0) - 2) < 0.001 && abs((even.clockDrift ?? 0) - 100) < 0.001)
    #expect(abs(uneven.jitter - 0.01) < 0.0001 && abs(uneven.longestGap - 0.05) < 1e-9 && uneven.keyInterval == nil)
  }
}
