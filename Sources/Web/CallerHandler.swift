import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Headers between `CallerHandler` and the routes. Callers neither set nor see them.
enum CallerField {
  /// Where the request comes from.
  static let address = HTTPField.Name("X-Yolostream-Caller")
  /// Present if the address has sent too many wrong tokens.
  static let lockedOut = HTTPField.Name("X-Yolostream-Locked-Out")
  /// Present in an answer to a caller that has the right to ask.
  static let known = HTTPField.Name("X-Yolostream-Known")
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
  private var isRefused = false
  /// Requests that were read to their ends, less answers that were given.
  private var owed = 0
  /// Closes the connection unless the present request ends in time.
  private var deadline: Scheduled<Void>?

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
    address = Callers.network(of: context.channel.remoteAddress?.ipAddress ?? "unknown")
    let channel = context.channel
    callers.enter(id, address: address) { channel.close(promise: nil) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    deadline?.cancel()
    callers.leave(id)
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(var head):
      note()
      let channel = context.channel
      deadline?.cancel()
      deadline = context.eventLoop.scheduleTask(in: .seconds(ConnectionLimits.idle)) { channel.close(promise: nil) }
      if let name = CallerField.address { head.headerFields[name] = address }
      if let name = CallerField.lockedOut { head.headerFields[name] = callers.isLockedOut(address) ? "1" : nil }
      context.fireChannelRead(wrapInboundOut(.head(head)))
    case .body: context.fireChannelRead(data)
    case .end:
      deadline?.cancel()
      owed += 1
      note()
      context.fireChannelRead(data)
    }
  }

  /// Notes a sign of life. Who has not sent all of a request is waited for by nobody.
  private func note(isKnown: Bool = false) { callers.note(id, isBusy: owed > 0, isKnown: isKnown) }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      // Connections of refused callers (401 and 429) are closed.
      isRefused = head.status == .unauthorized || head.status == .tooManyRequests
      if isRefused { head.headerFields[.connection] = "close" }
      if let name = CallerField.known, head.headerFields[name] != nil {
        head.headerFields[name] = nil
        note(isKnown: true)
      }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .body: context.write(data, promise: promise)
    case .end:
      owed -= 1
      note()
      context.writeAndFlush(data, promise: promise)
      if isRefused { context.close(promise: nil) }
    }
  }
}
