import HTTPTypes
import Hummingbird
import Settings

/// Decides who has access.
///
/// If there is a token, every caller needs it; if there is a second one, callers that change something need that. It is sent as
/// `Authorization: Bearer`, or once by the login form (or as `?token=`) for a cookie that opens a session. Images and live views
/// also accept it as the password of `Authorization: Basic`, which many camera viewers support. After some wrong tokens an
/// address is locked out for a while. Without a token the server listens on loopback only, and the request must name this
/// machine: otherwise any page in a browser here could call it for its user.
struct AccessGuard<Context: RequestContext>: RouterMiddleware {
  static var cookie: String { "yolostream_session" }

  let tokens: AccessTokens?
  /// Sessions of browsers that have sent it.
  let sessions = Sessions()
  let callers: Callers
  /// Whether connections use TLS; then the cookie is sent only over TLS.
  let isSecure: Bool

  func handle(
    _ request: Request, context: Context, next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    if Self.isPublic(request) { return try await next(request, context) }
    guard isFromHere(request) else { return Self.refusal(.forbidden, "this request comes from another site") }
    guard let tokens else { return try await admit(request, context, next) }
    if let word = request.cookies[Self.cookie]?.value, let right = sessions.right(of: word) {
      return try await pass(request, context, right, next)
    }
    let caller = CallerField.address.flatMap { request.headers[$0] } ?? ""
    if let name = CallerField.lockedOut, request.headers[name] != nil {
      var response = Self.refusal(.tooManyRequests, "too many wrong tokens came from this address: wait a minute")
      response.headers[.retryAfter] = "60"
      return response
    }
    if let word = request.headers[.authorization], word.hasPrefix("Bearer "),
      let right = tokens.right(of: word.dropFirst(7))
    {
      return try await pass(request, context, right, next)
    }
    let isView = BasicAccess.isAccepted(for: request)
    if isView, let word = BasicAccess.password(in: request), tokens.right(of: word) != nil {
      return try await admit(request, context, next)
    }
    let isForm = request.uri.path == "/login" && request.method == .post
    let word = isForm ? try await LoginPage.token(in: request) : request.uri.queryParameters["token"].map(String.init)
    if isForm || request.uri.path == "/" && request.method == .get, let word, let right = tokens.right(of: word) {
      return welcome(right)
    }
    // A request without a token is no guess, nor is a session from before a restart.
    if request.headers[.authorization] != nil || word != nil { callers.noteGuess(caller) }
    if isForm || request.uri.path == "/" && LoginPage.isWanted(by: request) {
      return LoginPage.response(isAgain: word != nil)
    }
    var response = Self.refusal(.unauthorized, "a token is needed: open /?token=…, or send Authorization: Bearer …")
    // A browser would ask its user for a name and a password that the page's form asks for better.
    response.headers[.wwwAuthenticate] =
      isView && !LoginPage.isBrowser(request) ? "Basic realm=\"yolostream\", charset=\"UTF-8\"" : "Bearer"
    return response
  }

  /// Whether it needs no token: the liveness check, and the files of the login form.
  private static func isPublic(_ request: Request) -> Bool {
    ["/healthz", "/base.css", "/icon.svg", "/manifest.webmanifest"].contains(request.uri.path)
  }

  /// Serves a caller that has `right`, if it suffices.
  private func pass(
    _ request: Request, _ context: Context, _ right: AccessRight, _ next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    guard right.covers(request.method) else {
      return Self.refusal(.forbidden, "this token may only read: the one in write_token_file may change something")
    }
    return try await admit(request, context, next)
  }

  /// Serves a caller that may ask, whose connection counts as known from then on.
  private func admit(
    _ request: Request, _ context: Context, _ next: (Request, Context) async throws -> Response
  ) async throws -> Response {
    var response = try await next(request, context)
    if let name = CallerField.known { response.headers[name] = "1" }
    return response
  }

  /// Opens a session.
  private func welcome(_ right: AccessRight) -> Response {
    var response = Response(status: .seeOther, headers: [.location: "/"])
    response.headers[.setCookie] =
      "\(Self.cookie)=\(sessions.begin(right)); Path=/; HttpOnly; SameSite=Strict; Max-Age=31536000"
      + (isSecure ? "; Secure" : "")
    return response
  }

  /// Whether a request of a browser comes from our page: requests that change something name their origin, and without a
  /// token the host name must be one of this machine.
  private func isFromHere(_ request: Request) -> Bool {
    // Browsers mark requests from pages of other sites; only links that a person follows are accepted.
    if let name = HTTPField.Name("Sec-Fetch-Site"), let site = request.headers[name], site != "same-origin",
      site != "none"
    {
      let mode = HTTPField.Name("Sec-Fetch-Mode").flatMap { request.headers[$0] }
      guard request.method == .get, mode == "navigate", request.uri.path == "/" else { return false }
    }
    let host = request.head.authority ?? ""
    if let origin = request.headers[.origin], request.method != .get {
      guard origin.hasSuffix("://" + host) else { return false }
    }
    if tokens != nil { return true }
    var name = host[...]
    if let colon = name.lastIndex(of: ":"), name[name.index(after: colon)...].allSatisfy(\.isNumber) {
      name = name[..<colon]
    }
    if name.hasPrefix("[") { name = name.dropFirst().prefix { $0 != "]" } }
    return ListenAddress(host: name.lowercased(), port: 0).isLoopback
  }

  static func refusal(_ status: HTTPResponse.Status, _ reason: String) -> Response {
    Response(
      status: status, headers: WebRoutes.headers("text/plain; charset=utf-8"),
      body: .init(byteBuffer: ByteBuffer(string: reason + "\n")))
  }
}
