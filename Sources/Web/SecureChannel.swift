import HummingbirdCore
import Logging
import NIOCore
import NIOSSL

/// A connection over TLS, with the certificate that holds when it is made.
struct SecureChannel: ServerChildChannel {
  let identity: TLSIdentity
  let base: HTTP1Channel

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandler(PlainTextRefusal())
      try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: identity.current))
    }.flatMap { base.setup(channel: channel, logger: logger) }
  }

  func handle(value: HTTP1Channel.Value, logger: Logger) async { await base.handle(value: value, logger: logger) }
}

/// Answers plain HTTP on the TLS port with an error; removes itself from TLS connections.
private final class PlainTextRefusal: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  /// What a TLS connection begins with: a record of the handshake.
  private static let handshake: UInt8 = 22
  private var hasRefused = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !hasRefused else { return }
    let bytes = Self.unwrapInboundIn(data)
    if bytes.getInteger(at: bytes.readerIndex, as: UInt8.self) == Self.handshake {
      context.fireChannelRead(data)
      return context.pipeline.syncOperations.removeHandler(context: context, promise: nil)
    }
    hasRefused = true
    let text = "this port speaks HTTPS only: begin the address with https://\n"
    let answer =
      "HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain\r\nContent-Length: \(text.utf8.count)\r\n"
      + "Connection: close\r\n\r\n" + text
    context.writeAndFlush(Self.wrapOutboundOut(ByteBuffer(string: answer)), promise: nil)
    context.close(promise: nil)
  }
}
