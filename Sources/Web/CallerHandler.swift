import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Headers about a request's caller. Only `CallerHandler` sets them; those of callers are removed.
enum CallerField {
  /// Where the request comes from.
  static let address = HTTPField.Name("X-Yolostream-Caller")
  /// Present if the address has sent too many wrong tokens.
  static let lockedOut = HTTPField.Name("X-Yolostream-Locked-Out")
}

/// Reports one connection to `Callers`, and closes it after an answer that refuses its caller.
final class CallerHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let callers: Callers
  private var address = ""
  private var isEntered = false
  private var isHealthRequest = false
  private var isRefused = false

  init(_ callers: Callers) { self.callers = callers }

  private var id: ObjectIdentifier { ObjectIdentifier(self) }

  func handlerAdded(context: ChannelHandlerContext) { if context.channel.isActive { enter(context) } }

  func channelActive(context: ChannelHandlerContext) {
    enter(context)
    context.fireChannelActive()
  }

  private func enter(_ context: ChannelHandlerContext) {
    guard !isEntered else { return }
    isEntered = true
    address = context.channel.remoteAddress?.ipAddress ?? "unknown"
    let channel = context.channel
    callers.enter(id, address: address) { channel.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    callers.leave(id)
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(var head) = unwrapInboundIn(data) else {
      context.fireChannelRead(data)
      return
    }
    callers.note(id, isBusy: true)
    isHealthRequest = head.path == "/healthz"
    if let name = CallerField.address { head.headerFields[name] = address }
    if let name = CallerField.lockedOut { head.headerFields[name] = callers.isLockedOut(address) ? "1" : nil }
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      // Connections of refused callers (401 and 429) are closed.
      isRefused = head.status == .unauthorized || head.status == .tooManyRequests
      if isRefused { head.headerFields[.connection] = "close" }
      if head.status.kind == .successful, !isHealthRequest { callers.note(id, isBusy: true, isKnown: true) }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      callers.note(id, isBusy: false)
      context.writeAndFlush(data, promise: promise)
      if isRefused { context.close(promise: nil) }
    }
  }
}
