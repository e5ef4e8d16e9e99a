import CMosquitto
import Glibc

/// One connection to a broker, from its start to its end: a lost one is thrown away and another is made.
///
/// It belongs to one thread and has no thread of its own: `notices` does what there is to do on the socket and waits.
/// Messages are sent with quality of service 1: the broker confirms each, and without a confirmation it counts as not sent.
@safe
package struct MQTTConnection: ~Copyable {
  private let client: OpaquePointer
  private let inbox: MQTTInbox
  private let address: MQTTAddress
  private var isAccepted: Bool
  /// Messages that were sent and are not confirmed.
  private var unconfirmed: Int
  private var failure: MQTTError?
  private let confirmsOnRequest: Bool
  /// Whether messages were read that are not confirmed yet. Nothing is sent then, because confirmations are in the same queue.
  private var isHolding: Bool

  private static let library: Int32 = mosquitto_lib_init()

  /// Starts to connect; the result is a notice, `accepted` or `refused`.
  ///
  /// Resolves the host's name, which may block for as long as the system's resolver does.
  package init(_ options: MQTTOptions) throws(MQTTError) {
    guard Self.library == MOSQ_ERR_SUCCESS.rawValue else {
      throw MQTTError(.configuration, "cannot start libmosquitto")
    }
    let inbox = MQTTInbox()
    unsafe client = try Self.makeClient(options, inbox)
    self.inbox = inbox
    address = options.address
    confirmsOnRequest = options.confirmsOnRequest
    (isAccepted, unconfirmed, failure, isHolding) = (false, 0, nil, false)
  }

  deinit { unsafe mosquitto_destroy(client) }

  /// What happened, waiting at most `seconds` for something, or for `wake`. Throws `connection` when the connection is lost.
  package mutating func notices(within seconds: Double, or wake: WakePipe) throws(MQTTError) -> [MQTTNotice] {
    if let failure { throw failure }
    let socket = unsafe mosquitto_socket(client)
    guard socket >= 0 else { throw lost("closed by the broker") }
    // While connecting, the library wants to write all the time but cannot, so it is called only every 20 ms.
    let wantsToWrite = unsafe mosquitto_want_write(client)
    let events = Int16(POLLIN) | (isAccepted && wantsToWrite && !isHolding ? Int16(POLLOUT) : 0)
    let limit = isAccepted ? seconds : min(seconds, 0.02)
    var polled = [
      pollfd(fd: socket, events: events, revents: 0), pollfd(fd: wake.reading, events: Int16(POLLIN), revents: 0),
    ]
    _ = unsafe poll(&polled, 2, Int32(min(max(limit, 0), 60) * 1e3))
    if polled[1].revents != 0 { wake.drain() }
    do throws(MQTTError) {
      if polled[0].revents & ~Int16(POLLOUT) != 0 { try checkLoop(unsafe mosquitto_loop_read(client, 1)) }
      if confirmsOnRequest, inbox.hasMessage { isHolding = true }
      if wantsToWrite, !isHolding { try write() }
      try checkLoop(unsafe mosquitto_loop_misc(client))
    } catch {
      failure = error
    }
    let notices = inbox.take()
    if notices.contains(.accepted) { isAccepted = true }
    unconfirmed -= notices.count { if case .delivered = $0 { true } else { false } }
    if notices.isEmpty, let failure { throw failure }
    return notices
  }

  /// Confirms all messages that `notices` has returned; for a connection that confirms on request.
  package mutating func confirm() throws(MQTTError) {
    isHolding = false
    try write()
  }

  private func write() throws(MQTTError) { try checkLoop(unsafe mosquitto_loop_write(client, 1)) }

  /// Sends `message`; the number that `delivered` will name.
  package mutating func publish(_ message: MQTTMessage) throws(MQTTError) -> Int32 {
    var id: Int32 = 0
    let status = unsafe message.payload.withUnsafeBytes { bytes in
      unsafe mosquitto_publish(
        client, &id, message.topic, Int32(bytes.count), bytes.baseAddress, 1, message.isRetained)
    }
    try MQTTError.check(status, "sending to \(message.topic) at \(address)")
    unconfirmed += 1
    return id
  }

  /// Asks for messages whose topic matches `filter`, the retained ones first.
  package mutating func subscribe(to filter: String) throws(MQTTError) {
    try MQTTError.check(
      unsafe mosquitto_subscribe(client, nil, filter, 1), "subscribing to \(filter) at \(address)")
  }

  /// Waits for confirmations, at most `seconds`, and disconnects, so that the broker does not publish the will.
  package consuming func close(within seconds: Double, _ wake: WakePipe) {
    let end = MonotonicClock.now + seconds
    // A socket that is closed with unread data is reset, and the broker may then miss the disconnect message.
    while unconfirmed > 0, MonotonicClock.now < end, (try? notices(within: 0.05, or: wake)) != nil {}
    guard unsafe mosquitto_disconnect(client) == MOSQ_ERR_SUCCESS.rawValue else { return }
    while MonotonicClock.now < end, (try? notices(within: 0.05, or: wake)) != nil {}
  }

  private func checkLoop(_ status: Int32) throws(MQTTError) {
    guard status != MOSQ_ERR_SUCCESS.rawValue else { return }
    if status == MOSQ_ERR_CONN_LOST.rawValue || status == MOSQ_ERR_NO_CONN.rawValue {
      throw lost(inbox.lastLog ?? "closed by the broker")
    }
    // Whatever the broker sent, and whatever the library calls it: another connection may go better.
    do throws(MQTTError) {
      try MQTTError.check(status, "talking to \(address)", detail: inbox.lastLog)
    } catch {
      throw MQTTError(.connection, error.description)
    }
  }

  private func lost(_ reason: String) -> MQTTError {
    MQTTError(.connection, "the connection to \(address) was lost: \(reason)")
  }
}

/// The monotonic clock, in seconds.
enum MonotonicClock {
  static var now: Double {
    var time = timespec()
    unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
  }
}
