import Capture
import Foundation
import JSON
import Outputs
import Pipeline
import Publishing
import Scene
import Streaming

extension FrameFindings {
  /// The findings of a frame of `camera`, on one line; boxes are `[x1,y1,x2,y2]` in source pixels.
  func json(camera: String, classes: ClassCatalogue, isStill: Bool) -> String {
    let objects = detections.enumerated().map { index, detection -> JSONValue in
      let box = detection.box
      let identity = identities.indices.contains(index) ? identities[index] : nil
      var object: JSONValue = [
        "label": .string(classes[detection.classID]), "class_id": .integer(detection.classID),
        "score": .number(Double(detection.score)),
        "box": .numbers([box.minX, box.minY, box.maxX, box.maxY], places: 1), "track": .optional(identity),
      ]
      if let identity, let speed = speeds[identity] {
        object.add("speed", speed.value, places: 1)
        object.add("speed_unit", speed.unit.rawValue)
      }
      return object
    }
    // Arrival of the frame by the system clock, which players match with times of the video.
    let now = MonotonicTime.nanoseconds
    let age = Int64((now - min(stamp.arrival, now)) / 1_000_000)
    let line: JSONValue = [
      "camera": .string(camera), "ts": .integer(Int(EventClock.wallMilliseconds - age)),
      "frame": .integer(stamp.index), "pts": .number(stamp.seconds), "width": .integer(width),
      "height": .integer(height), "still": .bool(isStill), "detections": .array(objects),
    ]
    return line.text
  }
}

extension CameraReport {
  /// The report on one line.
  var json: String {
    var (down, retry) = (nil as String?, nil as Double?)
    if case .down(let cause, _, let retryIn) = state {
      (down, retry) = (cause.rawValue, max(0, retryIn - Date.now.timeIntervalSince(since)))
    }
    func milliseconds(_ times: DurationHistogram) -> JSONValue {
      [
        "p50": .number(times.quantile(0.5).seconds * 1e3, places: 1),
        "p99": .number(times.quantile(0.99).seconds * 1e3, places: 1),
      ]
    }
    let report: JSONValue = [
      "name": .string(name), "url": .string(address), "state": .string(stateName), "hls": .bool(hasSegments),
      "since": .string(since.formatted(.iso8601)), "cause": .optional(down), "retry_in": .number(retry, places: 1),
      "offline_s": .number(outage.map { max(0, Date.now.timeIntervalSince($0.began)) }, places: 1),
      "last_cause": .optional(outage?.cause.rawValue), "last_failure": .optional(lastFailure),
      "width": .integer(width), "height": .integer(height), "frames": .integer(decoded), "inferred": .integer(inferred),
      "still": .integer(still), "missed": .integer(missed), "stale": .integer(stale),
      "withheld": .integer(losses.withheldFrames), "failures": .integer(failures), "push": push?.json ?? .null,
      "inputs": .array(inputs.map { .raw($0.json) }), "outages": .counts(outages), "age_ms": milliseconds(age),
      "infer_ms": milliseconds(inferTime), "tracks": .counts(tracks),
      "counts": .array(presentCounts.map(\.json)), "lines": .array(lines.map(\.json)),
    ]
    return report.text
  }
}

extension HomeCount {
  fileprivate var json: JSONValue {
    ["zone": .optional(zone), "label": .string(label), "all": .integer(all), "active": .integer(active)]
  }
}

extension LineCount {
  fileprivate var json: JSONValue {
    ["line": .string(line), "direction": .string(direction), "label": .string(label), "count": .integer(count)]
  }
}

extension StreamPush.Report {
  fileprivate var json: JSONValue {
    [
      "url": .string(address), "up": .bool(isUp), "sent": .integer(sent), "dropped": .integer(dropped),
      "reconnects": .integer(reconnects.values.reduce(0, +)), "last_failure": .optional(lastFailure),
    ]
  }
}
