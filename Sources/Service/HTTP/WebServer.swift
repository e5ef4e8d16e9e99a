import Hummingbird
import HummingbirdCore
import Logging
import NIOCore

/// What the web server shows and may do.
protocol WebService: Sendable {
  var supervisor: Supervisor { get }
  /// Why the service is not ready; `nil` if it is.
  var unreadiness: String? { get }
  /// What `/metrics` says.
  var metrics: String { get }
  /// Numbers about the whole, as JSON.
  var statistics: String { get }
  /// Reads the configuration anew; says what came of it.
  func reload() async -> Result<String, ServiceError>
}

/// The web server: page, pictures, events, metrics.
struct WebServer: Sendable {
  let settings: HTTPSettings
  /// What it shows over TLS; `nil` for plain HTTP.
  let identity: TLSIdentity?
  let service: any WebService

  /// Serves until the task is cancelled. Fails with `configuration` for a token that cannot be used, and with
  /// `cannotListen` where the address cannot be had.
  ///
  /// - Parameter isListening: told the port, once callers can connect.
  func run(isListening: @escaping @Sendable (Int) async -> Void) async throws(ServiceError) {
    let token: AccessToken? = if let path = settings.tokenFile { try AccessToken(file: path) } else { nil }
    let studio = try Studio()
    defer { studio.stop() }
    let routes = WebRoutes(service: service, streams: StreamCount(), studio: studio)
    let application = Application(
      router: routes.router(token: token, isSecure: identity != nil),
      server: HTTPServerBuilder { [identity] responder in
        let plain = HTTP1Channel(responder: responder, configuration: ConnectionLimits.channel)
        return if let identity { SecureChannel(identity: identity, base: plain) } else { plain }
      },
      configuration: .init(
        address: .hostname(settings.listen.host, port: settings.listen.port),
        availableConnectionsDelegate: MaximumAvailableConnections(ConnectionLimits.connections)),
      onServerRunning: { channel in await isListening(channel.localAddress?.port ?? settings.listen.port) },
      logger: Logger(label: "http") { _ in SwiftLogNoOpLogHandler() })
    do { try await application.run() } catch is CancellationError { return } catch {
      throw ServiceError(.cannotListen, "cannot listen on \(settings.listen): \(error)")
    }
  }
}
