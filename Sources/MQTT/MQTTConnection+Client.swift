import CMosquitto
import Synchronization

/// What callbacks of libmosquitto leave for the thread that called it.
final class MQTTInbox: Sendable {
  private struct State {
    var notices: [MQTTNotice] = []
    var lastLog: String?
  }

  private let state = Mutex(State())

  func add(_ notice: MQTTNotice) { state.withLock { $0.notices.append(notice) } }
  func log(_ line: String) { state.withLock { $0.lastLog = line } }
  var lastLog: String? { state.withLock { $0.lastLog } }
  /// Whether a message has come that was not taken.
  var hasMessage: Bool { state.withLock { $0.notices.contains { if case .message = $0 { true } else { false } } } }

  func take() -> [MQTTNotice] {
    state.withLock { state in
      defer { state.notices = [] }
      return state.notices
    }
  }

  fileprivate static func at(_ object: UnsafeMutableRawPointer?) -> MQTTInbox? {
    unsafe object.map { unsafe Unmanaged<MQTTInbox>.fromOpaque($0).takeUnretainedValue() }
  }
}

extension MQTTConnection {
  /// A client of libmosquitto that reports to `inbox`, which must outlive it, and has started to connect.
  static func makeClient(_ options: MQTTOptions, _ inbox: MQTTInbox) throws(MQTTError) -> OpaquePointer {
    guard
      let client = unsafe mosquitto_new(
        options.clientID, !options.keepsSession, Unmanaged.passUnretained(inbox).toOpaque())
    else { throw MQTTError(.configuration, "libmosquitto does not take the client id \(options.clientID)") }
    do throws(MQTTError) {
      try unsafe configure(client, options)
      unsafe setCallbacks(client)
      let status = unsafe mosquitto_connect_bind_async(
        client, options.address.host, Int32(options.address.port), Int32(options.keepAlive), nil)
      try MQTTError.check(status, "connecting to \(options.address)", detail: inbox.lastLog)
      return unsafe client
    } catch {
      unsafe mosquitto_destroy(client)
      throw error
    }
  }

  private static func configure(_ client: OpaquePointer, _ options: MQTTOptions) throws(MQTTError) {
    let version = options.version == .v5 ? MQTT_PROTOCOL_V5 : MQTT_PROTOCOL_V311
    for (option, value, attempt) in [
      (MOSQ_OPT_PROTOCOL_VERSION, version, "choosing MQTT \(options.version.rawValue)"),
      (MOSQ_OPT_TCP_NODELAY, 1, "setting TCP_NODELAY"),
    ] { try MQTTError.check(unsafe mosquitto_int_option(client, option, value), attempt) }
    if options.confirmsOnRequest {
      // Only for a program with threads the library queues its answers; otherwise it sends them while it reads.
      try MQTTError.check(unsafe mosquitto_threaded_set(client, true), "having confirmations wait")
    }
    // How many are under way is up to the caller, who has to send them again.
    try MQTTError.check(unsafe mosquitto_max_inflight_messages_set(client, 0), "lifting the limit of messages")
    if let user = options.user {
      try MQTTError.check(unsafe mosquitto_username_pw_set(client, user, options.password), "setting user and password")
    }
    if let will = options.will {
      let status = unsafe will.payload.withUnsafeBytes { bytes in
        unsafe mosquitto_will_set(
          client, will.topic, Int32(bytes.count), bytes.baseAddress, 1, will.isRetained)
      }
      try MQTTError.check(status, "setting the will at \(will.topic)")
    }
    guard options.address.isSecure else { return }
    let tls = options.tls
    try MQTTError.check(
      unsafe mosquitto_tls_set(
        client, tls.authorities, tls.authorities == nil ? "/etc/ssl/certs" : nil, tls.certificate, tls.key, nil),
      "reading the files for TLS (\([tls.authorities, tls.certificate, tls.key].compactMap(\.self).joined(separator: ", ")))"
    )
    try MQTTError.check(unsafe mosquitto_tls_opts_set(client, 1, "tlsv1.2", nil), "requiring TLS 1.2")
  }

  private static func setCallbacks(_ client: OpaquePointer) {
    unsafe mosquitto_connect_v5_callback_set(client) { client, object, code, _, _ in
      guard let inbox = unsafe MQTTInbox.at(object) else { return }
      // Codes of MQTT 5 begin at 128, those of 3.1.1 end at 5.
      let reason = unsafe code >= 128 ? mosquitto_reason_string(code) : mosquitto_connack_string(code)
      inbox.add(code == 0 ? .accepted : .refused(unsafe reason.map { unsafe String(cString: $0) } ?? "code \(code)"))
    }
    unsafe mosquitto_publish_v5_callback_set(client) { _, object, id, code, _ in
      let refusal = code >= 128 ? unsafe String(cString: mosquitto_reason_string(code)) : nil
      unsafe MQTTInbox.at(object)?.add(.delivered(id: id, refusal: refusal))
    }
    unsafe mosquitto_message_callback_set(client) { _, object, message in
      guard let message = unsafe message?.pointee, let topic = unsafe message.topic else { return }
      let payload = unsafe Array(
        UnsafeRawBufferPointer(start: message.payload, count: message.payload == nil ? 0 : Int(message.payloadlen)))
      unsafe MQTTInbox.at(object)?.add(
        .message(MQTTMessage(topic: String(cString: topic), payload: payload, isRetained: message.retain)))
    }
    unsafe mosquitto_log_callback_set(client) { _, object, level, text in
      guard level == MOSQ_LOG_ERR, let text = unsafe text else { return }
      unsafe MQTTInbox.at(object)?.log(String(cString: text))
    }
  }
}
