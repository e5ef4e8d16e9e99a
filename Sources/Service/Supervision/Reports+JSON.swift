import Capture
import Foundation
import Outputs
import Pipeline
import Scene
import Streaming

extension FrameFindings {
  /// The findings of a frame of `camera`, on one line; boxes are `[x1,y1,x2,y2]` in source pixels.
  func json(camera: String, classes: ClassCatalogue, isStill: Bool) -> String {
    let objects = detections.enumerated().map { index, detection in
      let box = detection.box
      var object = JSONObject()
      object.add("label", classes[detection.classID])
      object.add("class_id", detection.classID)
      object.add("score", Double(detection.score), places: 3)
      object.add("box", [box.minX, box.minY, box.maxX, box.maxY], places: 1)
      let identity = identities.indices.contains(index) ? identities[index] : nil
      object.add("track", identity)
      if let identity, let speed = speeds[identity] {
        object.add("speed", speed.value, places: 1)
        object.add("speed_unit", speed.unit.rawValue)
      }
      return object.json
    }
    // Arrival of the frame by the system clock, which players match with times of the video.
    let now = MonotonicTime.nanoseconds
    let age = Int64((now - min(stamp.arrival, now)) / 1_000_000)
    var line = JSONObject()
    line.add("camera", camera)
    line.add("ts", Int(EventClock.wallMilliseconds - age))
    line.add("frame", stamp.index)
    line.add("pts", stamp.seconds, places: 3)
    line.add("width", width)
    line.add("height", height)
    line.add("still", isStill)
    line.add("detections", json: "[\(objects.joined(separator: ","))]")
    return line.json
  }
}

extension CameraReport {
  /// The report on one line.
  var json: String {
    let message = lastFailure.map(\.json) ?? "null"
    let (down, retry) =
      if case .down(let cause, _, let retryIn) = state {
        (cause.rawValue.json, max(0, retryIn - Date.now.timeIntervalSince(since)).json(places: 1))
      } else { ("null", "null") }
    let offline = outage.map { max(0, Date.now.timeIntervalSince($0.began)).json(places: 1) } ?? "null"
    let milliseconds = { (histogram: DurationHistogram, quantile: Double) in
      let duration = histogram.quantile(quantile).components
      return (Double(duration.seconds) * 1e3 + Double(duration.attoseconds) / 1e15).json(places: 1)
    }
    return "{\"name\":\(name.json),\"url\":\(address.json),\"state\":\"\(stateName)\",\"hls\":\(hasSegments),\"since\":"
      + "\(since.formatted(.iso8601).json),\"cause\":\(down),\"retry_in\":\(retry),\"offline_s\":\(offline),\"last_cause\":\(outage?.cause.rawValue.json ?? "null"),"
      + "\"last_failure\":\(message),"
      + "\"width\":\(width),\"height\":\(height),\"frames\":\(decoded),\"inferred\":\(inferred),\"still\":\(still),"
      + "\"missed\":\(missed),\"stale\":\(stale),\"withheld\":\(losses.withheldFrames),\"failures\":\(failures),"
      + "\"push\":\(push?.json ?? "null"),\"inputs\":[\(inputs.map(\.json).joined(separator: ","))],"
      + "\"outages\":{\(outages.sorted { $0.key < $1.key }.map { "\($0.key.json):\($0.value)" }.joined(separator: ","))},"
      + "\"age_ms\":{\"p50\":\(milliseconds(age, 0.5)),\"p99\":\(milliseconds(age, 0.99))},"
      + "\"infer_ms\":{\"p50\":\(milliseconds(inferTime, 0.5)),\"p99\":\(milliseconds(inferTime, 0.99))},"
      + "\"tracks\":{\(tracks.sorted { $0.key < $1.key }.map { "\($0.key.json):\($0.value)" }.joined(separator: ","))}}"
  }
}

extension StreamPush.Report {
  /// The report on one line.
  var json: String {
    "{\"url\":\(address.json),\"up\":\(isUp),\"sent\":\(sent),\"dropped\":\(dropped),"
      + "\"reconnects\":\(reconnects.values.reduce(0, +)),\"last_failure\":\(lastFailure?.json ?? "null")}"
  }
}
