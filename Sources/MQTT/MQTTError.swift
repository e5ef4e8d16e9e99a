import CMosquitto
import Glibc

/// Why a broker could not be reached or used.
package struct MQTTError: Error, Hashable, Sendable, CustomStringConvertible {
  /// What went wrong, as far as a caller acts on it.
  package enum Code: Hashable, Sendable {
    /// Options or files that cannot be used: trying again does not help.
    case configuration
    /// There is no connection, or it was lost: trying again may help.
    case connection
    /// The broker does not take this message: the next one may do.
    case message
  }

  /// What went wrong.
  package let code: Code
  /// What was tried and what came of it.
  package let description: String

  init(_ code: Code, _ description: String) {
    self.code = code
    self.description = description
  }

  /// Converts a status of libmosquitto to an error; `attempt` is what was tried, `detail` the library's last log line.
  static func check(
    _ status: Int32, _ attempt: @autoclosure () -> String, detail: @autoclosure () -> String? = nil
  ) throws(MQTTError) {
    guard status != MOSQ_ERR_SUCCESS.rawValue else { return }
    let failure = errno
    let reason =
      switch UInt32(bitPattern: status) {
      case UInt32(bitPattern: MOSQ_ERR_ERRNO.rawValue): unsafe String(cString: strerror(failure))
      case UInt32(bitPattern: MOSQ_ERR_EAI.rawValue): "unknown host"
      default: unsafe String(cString: mosquitto_strerror(status))
      }
    let code: Code =
      switch status {
      case MOSQ_ERR_INVAL.rawValue, MOSQ_ERR_NOT_SUPPORTED.rawValue, MOSQ_ERR_MALFORMED_UTF8.rawValue: .configuration
      case MOSQ_ERR_OVERSIZE_PACKET.rawValue, MOSQ_ERR_PAYLOAD_SIZE.rawValue, MOSQ_ERR_QOS_NOT_SUPPORTED.rawValue:
        .message
      default: .connection
      }
    throw MQTTError(code, "\(attempt()): \(reason)" + (detail().map { " (\($0))" } ?? ""))
  }
}

extension MQTTError {
  /// The broker at `address` did not answer in time.
  package static func noAnswer(from address: MQTTAddress) -> MQTTError {
    MQTTError(.connection, "the broker at \(address) does not answer")
  }

  /// The broker at `address` refused the connection for `reason`.
  package static func refusal(by address: MQTTAddress, _ reason: String) -> MQTTError {
    MQTTError(.connection, "the broker at \(address) refused the connection: \(reason)")
  }
}
