import CV4L2
import Glibc

/// The driver's buffers, mapped into memory as long as this value lives.
@safe
struct MappedBuffers: ~Copyable {
  private var regions: [UnsafeMutableRawBufferPointer]

  /// Requests about `count` buffers from the driver and maps them.
  init(_ descriptor: Int32, count: Int, path: String) throws(V4L2Error) {
    unsafe regions = []
    var request = v4l2_requestbuffers()
    request.count = UInt32(count)
    request.type = V4L2_BUF_TYPE_VIDEO_CAPTURE.rawValue
    request.memory = V4L2_MEMORY_MMAP.rawValue
    let status = unsafe yolostream_v4l2_request_buffers(descriptor, &request)
    guard status == 0 else { throw .system(status, "get buffers of", path) }
    guard request.count >= 2 else { throw V4L2Error(.broken, "cannot read \(path): its driver has no buffers") }
    for index in 0..<request.count {
      var buffer = yolostream_v4l2_frame()
      buffer.index = index
      let status = unsafe yolostream_v4l2_query_buffer(descriptor, &buffer)
      guard status == 0 else { throw .system(status, "get buffers of", path) }
      let length = Int(buffer.length)
      let memory = unsafe mmap(
        nil, length, PROT_READ | PROT_WRITE, MAP_SHARED, descriptor, Int(buffer.offset))
      guard let memory = unsafe memory, unsafe memory != MAP_FAILED else {
        throw .system(errno, "map buffers of", path)
      }
      unsafe regions.append(UnsafeMutableRawBufferPointer(start: memory, count: length))
    }
  }

  deinit {
    for index in 0..<count { unsafe munmap(regions[index].baseAddress, regions[index].count) }
  }

  var count: Int { unsafe regions.count }

  /// Calls a closure with the first `count` bytes of buffer `index`.
  func withBytes<R, E: Error>(_ index: Int, count: Int, _ body: (RawSpan) throws(E) -> R) throws(E) -> R {
    let region = unsafe regions[index]
    let span = unsafe RawSpan(_unsafeBytes: UnsafeRawBufferPointer(rebasing: region[..<min(count, region.count)]))
    return try body(span)
  }

}
