import HTTPTypes
import Hummingbird
import LiveView
import NIOCore
import Outputs

/// Which part of a camera's heat map is shown.
package struct HeatMapQuery: Hashable, Sendable {
  /// In milliseconds since 1970; all hours that it touches.
  package var span: Range<Int64>
  /// Name or number of the class; `nil` is all.
  package var label: String?
  /// Whether objects count that have stopped moving.
  package var includesStationary = false
  /// The span in words.
  package var title: String

  package init(span: Range<Int64>, label: String? = nil, includesStationary: Bool = false, title: String) {
    self.span = span
    self.label = label
    self.includesStationary = includesStationary
    self.title = title
  }
}

/// The answer of a camera that is requested to draw its heat map.
package enum HeatMapAnswer: Sendable {
  /// An image.
  case png([UInt8])
  /// The model has no such class.
  case unknownClass
  /// The frames of the camera are elsewhere.
  case unavailable
}

extension WebCamera {
  package func heatMap(_ query: HeatMapQuery) throws -> HeatMapAnswer { .unavailable }
}

/// Where objects spent time, as an image.
extension WebRoutes {
  private static let heatMapConditions = ["after", "before", "label", "all", "token"]

  func addHeatMap(to router: Router<BasicRequestContext>) {
    router.get("api/v1/heatmap/{camera}.png") { request, context in
      guard let camera = service.camera(context.parameters.get("camera") ?? "") else { return Self.unknownCamera }
      let words = request.uri.queryParameters
      if let name = words.map({ String($0.key) }).first(where: { !Self.heatMapConditions.contains($0) }) {
        return Self.text(
          "there is no condition \(name.prefix(40)): expected one of after, before, label, all\n", status: .badRequest)
      }
      guard let span = Self.span(request) else { return Self.unreadableSpan }
      let isDay = words["after"] == nil && words["before"] == nil
      func text(_ moment: Int64) -> String { String(EventClock.text(moment).prefix(16)).replacing("T", with: " ") }
      let query = HeatMapQuery(
        span: span, label: words["label"].map { String($0).replacing("+", with: " ") },
        includesStationary: words["all"].map { $0 != "0" } ?? false,
        title: isDay ? "last 24 h" : "\(text(span.lowerBound)) to \(text(span.upperBound)) UTC")
      switch try await files.draw({ try camera.heatMap(query) }) {
      case .png(let bytes):
        return Response(
          status: .ok, headers: Self.headers("image/png"), body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
      case .unknownClass: return Self.text("label: the model has no such class\n", status: .badRequest)
      case .unavailable: return Self.text("the heat map of this camera is at its box\n", status: .notFound)
      }
    }
  }
}
