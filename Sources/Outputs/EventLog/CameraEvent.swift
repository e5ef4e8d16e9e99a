/// That a live source stopped or began to give pictures, as the event log tells it.
public struct CameraEvent: Hashable, Sendable {
  struct Fact: Hashable, Sendable {
    let name: String
    /// In JSON.
    let value: String
  }

  let type: String
  let facts: [Fact]

  /// The source is down for `cause`, a label; `message` says it in a sentence.
  public static func down(cause: String, message: String) -> CameraEvent {
    CameraEvent(
      type: "camera_down", facts: [Fact(name: "cause", value: cause.json), Fact(name: "message", value: message.json)])
  }

  /// Pictures of `width` by `height` come, after `outage` seconds if it was down before.
  public static func up(width: Int, height: Int, codec: String?, rate: Double?, outage: Double?) -> CameraEvent {
    CameraEvent(
      type: "camera_up",
      facts: [
        Fact(name: "width", value: String(width)), Fact(name: "height", value: String(height)),
        Fact(name: "codec", value: codec?.json ?? "null"), Fact(name: "rate", value: rate?.json(places: 3) ?? "null"),
        Fact(name: "outage", value: outage?.json(places: 3) ?? "null"),
      ])
  }
}
