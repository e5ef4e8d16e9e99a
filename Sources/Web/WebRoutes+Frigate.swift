import EventStore
import HTTPTypes
import Hummingbird
import JSON
import LiveView
import Outputs
import Recording

/// The paths that Frigate's Home Assistant integration and cards ask for, answered from the same store and cameras:
/// https://docs.frigate.video/integrations/api.
extension WebRoutes {
  func addFrigate(to router: Router<BasicRequestContext>) {
    router.get("api/version") { _, _ in Self.text(service.frigate?.version ?? "") }
    router.get("api/config") { _, _ in Self.json(service.frigate?.configuration ?? "{}") }
    router.get("api/stats") { _, _ in Self.json(service.frigate?.statistics ?? "{}") }
    router.get("api/{camera}/latest.jpg") { request, context in
      guard let camera = service.camera(context.parameters.get("camera") ?? "") else { return Self.unknownCamera }
      let boxes = request.uri.queryParameters["bbox"].map { $0 != "0" } ?? false
      let image = try await previews.view(of: camera.latestFrame, boxes: boxes, statusImage: camera.statusImage)
      return Response(
        status: .ok, headers: Self.headers("image/jpeg"), body: .init(byteBuffer: ByteBuffer(bytes: image)))
    }
    // Continuous recordings are not offered in this form.
    router.get("api/{camera}/recordings/summary") { _, _ in Self.json("[]") }
    router.get("api/{camera}/recordings") { _, _ in Self.json("[]") }
    addFrigateEvents(to: router)
  }

  private func addFrigateEvents(to router: Router<BasicRequestContext>) {
    router.get("api/events") { request, _ in
      try await answer { history in
        let events = try await Self.frigateQuery(request).objects(in: history.database)
        return Self.json("[\(events.map(FrigateEvent.json).joined(separator: ","))]")
      }
    }
    router.get("api/events/summary") { _, _ in
      try await answer { history in
        let counts = try await history.database.summary(EventQuery()).map { count in
          "{\"camera\":\(count.camera.json),\"label\":\(count.label.json),\"sub_label\":null,\"day\":\(count.day.json),"
            + "\"zones\":[],\"count\":\(count.count)}"
        }
        return Self.json("[\(counts.joined(separator: ","))]")
      }
    }
    router.get("api/events/{id}") { _, context in
      try await answer { history in
        let event = try await history.database.find(context.parameters.get("id") ?? "")
        return event.map { Self.json(FrigateEvent.json($0)) } ?? Self.unknownEvent
      }
    }
    for (method, isKept) in [(HTTPRequest.Method.post, true), (.delete, false)] {
      router.on("api/events/{id}/retain", method: method) { _, context in
        try await answer { history in
          let event = try await history.keep(context.parameters.get("id") ?? "", isKept)
          return event == nil ? Self.unknownEvent : Self.json("{\"success\":true,\"message\":\"done\"}")
        }
      }
    }
    router.get("api/events/{id}/snapshot.jpg") { request, context in
      // As Frigate keeps it unless it is configured otherwise.
      let words = request.uri.queryParameters
      let form: EventImage.Form = words["bbox"] == "0" ? [] : .boxed
      return try await snapshot(words["crop"] == "1" ? form.union(.cropped) : form, request, context)
    }
    router.get("api/events/{id}/thumbnail.jpg") { request, context in
      try await snapshot(.cropped, request, context)
    }
    router.get("api/events/{id}/clip.mp4") { request, context in
      try await recording(.clip, of: context.parameters.get("id") ?? "", request, context)
    }
    router.get("api/review") { request, _ in
      try await answer { history in
        let visits = try await Self.frigateQuery(request).visits(
          in: history.database, severity: request.uri.queryParameters["severity"].map(String.init))
        return Self.json(
          "[\(visits.map { FrigateEvent.json($0.visit, severity: $0.severity) }.joined(separator: ","))]")
      }
    }
  }

  private static func frigateQuery(_ request: Request) throws(EventStoreError) -> FrigateQuery {
    try FrigateQuery { name in
      request.uri.queryParameters[Substring(name)].map { String($0) }
    }
  }
}
