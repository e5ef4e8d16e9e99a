import Foundation
import HTTPTypes
import Hummingbird
import JSON
import Outputs

/// What changes a camera while it runs.
extension WebRoutes {
  /// Largest body that is read, in bytes.
  private static let largestBody = 4096

  func addControl(to router: Router<BasicRequestContext>) {
    router.get("api/v1/cameras/{camera}/switches") { _, context in
      let name = context.parameters.get("camera") ?? ""
      return service.camera(name) == nil ? Self.unknownCamera : Self.json(switches(of: name))
    }
    router.post("api/v1/cameras/{camera}") { request, context in
      let name = context.parameters.get("camera") ?? ""
      guard service.camera(name) != nil else { return Self.unknownCamera }
      guard let body = try? await request.body.collect(upTo: Self.largestBody),
        let values = try? JSONDecoder().decode([String: Bool].self, from: Data(body.readableBytesView)), !values.isEmpty
      else {
        return Self.text("expected JSON such as {\"detect\": false}\n", status: .badRequest)
      }
      switch await service.change(name, values) {
      case .done: return Self.json(switches(of: name))
      case .refused(let reason): return Self.text(reason + "\n", status: .unprocessableContent)
      }
    }
  }

  private func switches(of camera: String) -> String {
    let pairs = service.switches(of: camera).sorted { $0.key < $1.key }
    return "{" + pairs.map { "\($0.key.json):\($0.value)" }.joined(separator: ",") + "}"
  }
}
