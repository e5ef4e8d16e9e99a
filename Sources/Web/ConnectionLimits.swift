import Glibc
import Hummingbird
import HummingbirdCore
import NIOCore

/// Limits of connections and streams.
enum ConnectionLimits {
  /// Maximum number of connections; beyond it, the longest idle one is closed (`Callers`). Half of the process's descriptors
  /// are left to cameras and files.
  static var connections: Int {
    var limit = rlimit()
    guard unsafe getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 else { return 128 }
    return Int(min(256, max(4, (limit.rlim_cur - min(limit.rlim_cur, 16)) / 2)))
  }
  /// Live views and event streams at a time.
  static let streams = 32
  /// Maximum number of streams of one address, so that others can watch, too.
  static let streamsOfOne = 24
  /// Seconds within which a request must be complete, and after which an idle connection is closed.
  static let idle: Int64 = 20
  /// Seconds between messages of a stream without new content: well under `stalled`.
  static let heartbeat = 5.0
  /// Seconds after which the connection of a caller that receives nothing is closed.
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
