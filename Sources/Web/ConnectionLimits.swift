import Glibc
import Hummingbird
import HummingbirdCore
import NIOCore

/// How much of the server one caller may take.
enum ConnectionLimits {
  /// Connections at a time; beyond, the longest idle one makes way (`Callers`). Half of the descriptors that the process
  /// may have are left to cameras and files.
  static var connections: Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 128 }
    return Int(min(256, max(4, (limit.rlim_cur - min(limit.rlim_cur, 16)) / 2)))
  }
  /// Live views and event streams at a time.
  static let streams = 32
  /// Those of one address: others can always look, too.
  static let streamsOfOne = 24
  /// Seconds in which a request must have come, and after which a connection without one is closed.
  static let idle: Int64 = 20
  /// Seconds after which a stream that has nothing new sends something all the same: well under `stalled`.
  static let heartbeat = 5.0
  /// Seconds after which a caller that takes nothing of what is sent is let go.
  static let stalled: Int64 = 30

  static func channel(_ callers: Callers) -> HTTP1Channel.Configuration {
    HTTP1Channel.Configuration(
      additionalChannelHandlers: [
        IdleStateHandler(writeTimeout: .seconds(stalled)), StalledWriteHandler(), CallerHandler(callers),
      ],
      idleTimeout: .seconds(idle),
      httpDecoderConfiguration: .init(
        maxHeaderFieldSize: 8 << 10, maxHeaderListSize: 16 << 10, maxHeaderFieldCount: 64))
  }
}

/// Closes a connection on which nothing could be sent for too long.
private final class StalledWriteHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if let event = event as? IdleStateHandler.IdleStateEvent, event == .write {
      context.close(promise: nil)
    } else {
      context.fireUserInboundEventTriggered(event)
    }
  }
}
