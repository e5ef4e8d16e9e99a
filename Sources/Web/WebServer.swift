import Glibc
import Hummingbird
import HummingbirdCore
import LiveView
import Logging
import NIOCore
import Pipeline
package import Settings

/// The web server: page, images, events, metrics.
package struct WebServer: Sendable {
  private let settings: HTTPSettings
  /// What it shows over TLS; `nil` for plain HTTP.
  private let identity: TLSIdentity?
  private let service: any WebService

  /// A server that shows `service` where `settings` say.
  package init(settings: HTTPSettings, identity: TLSIdentity?, service: any WebService) {
    self.settings = settings
    self.identity = identity
    self.service = service
  }

  /// Serves until the task is cancelled. Fails with `configuration` for a token that cannot be used, and with
  /// `cannotListen` where the address cannot be had.
  ///
  /// - Parameter isListening: called with the port, once callers can connect.
  package func run(isListening: @escaping @Sendable (Int) async -> Void) async throws(WebError) {
    var tokens: AccessTokens?
    if let path = settings.tokenFile {
      let second: AccessToken? =
        if let path = settings.writeTokenFile { try AccessToken(file: path, key: "http.write_token_file") } else { nil }
      tokens = AccessTokens(try AccessToken(file: path), writing: second)
    }
    let previews = try Self.encoder("previews")
    defer { previews.stop() }
    let files = try Self.encoder("files")
    defer { files.stop() }
    let connections = ConnectionLimits.connections
    let callers = Callers(limits: .init(perAddress: max(2, connections / 2), total: connections))
    let routes = WebRoutes(
      service: service, streams: StreamCount(), previews: previews, files: files, callers: callers)
    let application = Application(
      router: routes.router(tokens: tokens, isSecure: identity != nil),
      server: HTTPServerBuilder { [identity] responder in
        let plain = HTTP1Channel(responder: responder, configuration: ConnectionLimits.channel(callers))
        return if let identity { SecureChannel(identity: identity, base: plain) } else { plain }
      },
      configuration: .init(
        address: .hostname(settings.listen.host, port: settings.listen.port),
        availableConnectionsDelegate: MaximumAvailableConnections(connections + 4)),
      onServerRunning: { channel in await isListening(channel.localAddress?.port ?? settings.listen.port) },
      logger: Logger(label: "http") { _ in SwiftLogNoOpLogHandler() })
    do { try await application.run() } catch is CancellationError { return } catch {
      throw WebError(.cannotListen, "cannot listen on \(settings.listen): \(Self.reason(error))", cause: error)
    }
  }

  private static func encoder(_ name: String) throws(WebError) -> PreviewEncoder {
    do throws(PipelineError) { return try PreviewEncoder(name) } catch {
      throw WebError(.system, "cannot start a thread: \(error)", cause: error)
    }
  }

  /// What is in the way of listening. SwiftNIO's own text names the function that failed.
  static func reason(_ error: any Error) -> String {
    switch (error as? IOError)?.errnoCode {
    case EADDRINUSE: "another program listens there"
    case EACCES: "this user may not; ports below 1024 are reserved"
    case EADDRNOTAVAIL: "this machine has no such address"
    default: "\(error)"
    }
  }
}
