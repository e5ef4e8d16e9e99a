import Foundation
import NIOSSL
package import Settings
import Synchronization

/// The certificate of the web server, with its key. It is read again with the configuration, so that a renewed certificate
/// needs no restart.
package final class TLSIdentity: Sendable {
  private let settings: HTTPSettings.TLS
  private let context: Mutex<NIOSSLContext>

  /// Reads the files that `settings` names. Fails with `configuration` if they cannot be used.
  package init(_ settings: HTTPSettings.TLS) throws(WebError) {
    self.settings = settings
    context = Mutex(try Self.read(settings))
  }

  /// What the next connection is made with.
  var current: NIOSSLContext { context.withLock { $0 } }

  /// Reads the files again; on failure, which is as in `init`, the old ones go on.
  package func reread() throws(WebError) {
    let fresh = try Self.read(settings)
    context.withLock { $0 = fresh }
  }

  private static func read(_ settings: HTTPSettings.TLS) throws(WebError) -> NIOSSLContext {
    let (certificate, key) = (settings.certificate ?? "", settings.key ?? "")
    for (name, path) in [("cert", certificate), ("key", key)] {
      guard FileManager.default.isReadableFile(atPath: path) else {
        throw WebError(.configuration, "http.tls.\(name): cannot read \(path)")
      }
    }
    let chain: [NIOSSLCertificate], secret: NIOSSLPrivateKey
    do { chain = try NIOSSLCertificate.fromPEMFile(certificate) } catch {
      throw WebError(
        .configuration, "http.tls.cert: expected certificates in PEM form in \(certificate)", cause: error)
    }
    do { secret = try NIOSSLPrivateKey(file: key, format: .pem) } catch {
      throw WebError(
        .configuration, "http.tls.key: expected a private key in PEM form, not encrypted, in \(key)", cause: error)
    }
    var configuration = TLSConfiguration.makeServerConfiguration(
      certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(secret))
    configuration.minimumTLSVersion = .tlsv12
    configuration.applicationProtocols = ["http/1.1"]
    do { return try NIOSSLContext(configuration: configuration) } catch {
      throw WebError(
        .configuration, "http.tls: the key in \(key) is not that of the certificate in \(certificate)", cause: error)
    }
  }
}
