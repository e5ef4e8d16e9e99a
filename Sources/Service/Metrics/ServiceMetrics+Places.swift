import Publishing

extension ServiceMetrics {
  /// How many objects are where, and how often lines were crossed. Of classes that a camera has seen also what is 0, so that no
  /// series has holes; of a camera without frames nothing.
  func writePlaces(_ text: inout MetricsText) {
    for (family, count, help) in [
      ("zone_objects", \HomeCount.all, "Objects in a zone; an empty zone is the whole frame."),
      ("zone_objects_active", \.active, "The same without stationary ones."),
    ] as [(String, KeyPath<HomeCount, Int>, String)] {
      text.family(family, .gauge, help)
      for camera in cameras where camera.stateName == "up" {
        let labels = Set(camera.detections.keys).union(camera.counts.map(\.label)).sorted()
        for zone in [nil] + camera.zones.map(Optional.some) {
          for label in labels {
            let present = camera.counts.first { $0.zone == zone && $0.label == label }
            text.sample(
              family, [("camera", camera.name), ("zone", zone ?? ""), ("label", label)],
              present?[keyPath: count] ?? 0)
          }
        }
      }
    }
    text.family("line_crossings_total", .counter, "Crossings of a line, those before a restart included.")
    for camera in cameras {
      for line in camera.lines {
        text.sample(
          "line_crossings_total",
          [("camera", camera.name), ("line", line.line), ("direction", line.direction), ("label", line.label)],
          line.count)
      }
    }
  }
}
