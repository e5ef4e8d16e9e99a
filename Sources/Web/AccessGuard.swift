import HTTPTypes
import Hummingbird
import Settings

/// Lets in who may come in.
///
/// With a token, everyone needs it: as `Authorization: Bearer`, as the cookie of the page, or once as `?token=` to get
/// that cookie. Without one the server listens on loopback only, and a request must be meant for it: otherwise any page
/// in a browser on this machine could ask in its user's name.
struct AccessGuard<Context: RequestContext>: RouterMiddleware {
  static var cookie: String { "yolostream_token" }

  let token: AccessToken?
  /// Whether callers come over TLS: then the cookie goes no other way.
  let isSecure: Bool

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    if request.uri.path == "/healthz" { return try await next(request, context) }
    guard isFromHere(request) else { return Self.refusal(.forbidden, "this request comes from another site") }
    guard let token else { return try await next(request, context) }
    if let word = request.headers[.authorization], word.hasPrefix("Bearer "), token.matches(word.dropFirst(7)) {
      return try await next(request, context)
    }
    if let word = request.cookies[Self.cookie]?.value, token.matches(word) { return try await next(request, context) }
    if request.uri.path == "/", request.method == .get, let word = request.uri.queryParameters["token"],
      token.matches(word)
    {
      var response = Response(status: .seeOther, headers: [.location: "/"])
      response.headers[.setCookie] =
        "\(Self.cookie)=\(word); Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000" + (isSecure ? "; Secure" : "")
      return response
    }
    var response = Self.refusal(.unauthorized, "a token is needed: open /?token=…, or send Authorization: Bearer …")
    response.headers[.wwwAuthenticate] = "Bearer"
    return response
  }

  /// Whether a browser, if it is one, shows a page of ours: requests that change something name their origin, and
  /// without a token the name that was asked for must be one of this machine.
  private func isFromHere(_ request: Request) -> Bool {
    let host = request.head.authority ?? ""
    if let origin = request.headers[.origin], request.method != .get {
      guard origin.hasSuffix("://" + host) else { return false }
    }
    if token != nil { return true }
    var name = host[...]
    if let colon = name.lastIndex(of: ":"), name[name.index(after: colon)...].allSatisfy(\.isNumber) {
      name = name[..<colon]
    }
    if name.hasPrefix("[") { name = name.dropFirst().prefix { $0 != "]" } }
    return ListenAddress(host: name.lowercased(), port: 0).isLoopback
  }

  static func refusal(_ status: HTTPResponse.Status, _ reason: String) -> Response {
    Response(
      status: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: .init(byteBuffer: ByteBuffer(string: reason + "\n")))
  }
}
