package import JSON
import Outputs

/// A house as Frigate's HTTP interface describes it: what its Home Assistant integration and cards read first.
package struct FrigateServer: Sendable {
  /// The version of Frigate whose interface this is.
  package static let version = "0.15.2"

  /// How a camera is doing, in frames per second.
  package struct Rates: Hashable, Sendable {
    /// That come, that are processed, that the network sees.
    package var camera, process, detection: Double

    package init(camera: Double = 0, process: Double = 0, detection: Double = 0) {
      self.camera = camera
      self.process = process
      self.detection = detection
    }
  }

  private let home: HomeState
  private let prefix: String
  private let clientID: String

  /// The house `home`, whose topics begin with `prefix`.
  ///
  /// - Parameter clientID: what the broker knows the service by. The integration names the service so in addresses of files.
  package init(_ home: HomeState, prefix: String, clientID: String) {
    self.home = home
    self.prefix = prefix
    self.clientID = clientID
  }

  /// The version, with that of this program.
  package var version: String { "\(Self.version)-yolostream-\(home.server.version)" }

  /// What `/api/config` answers, as far as there is a counterpart.
  package var configuration: JSONValue {
    [
      "version": .string("0.15-1"),
      "mqtt": ["enabled": true, "topic_prefix": .string(prefix), "client_id": .string(clientID)],
      "cameras": .object(home.cameras.map { (key: $0.name, value: configuration(of: $0)) }),
      "model": ["attributes_map": [:], "all_attributes": [], "non_logo_attributes": []],
      "birdseye": ["enabled": false, "restream": false], "go2rtc": ["streams": [:]],
      "audio": ["enabled": false], "ui": ["timezone": .null], "detectors": ["yolostream": ["type": "cpu"]],
    ]
  }

  private func configuration(of camera: HomeCamera) -> JSONValue {
    let zones = camera.zones.map { zone in
      (key: zone, value: ["coordinates": "", "objects": [], "inertia": .integer(0)] as JSONValue)
    }
    let labels = camera.labels.map(JSONValue.string)
    return [
      "name": .string(camera.name), "enabled": .bool(camera.switches.enabled), "enabled_in_config": true,
      "detect": [
        "enabled": .bool(camera.switches.detect), "width": .integer(camera.width), "height": .integer(camera.height),
      ],
      "record": ["enabled": .bool(camera.switches.record), "enabled_in_config": true],
      "snapshots": ["enabled": .bool(camera.switches.record), "bounding_box": true],
      "objects": ["track": .array(labels), "filters": [:]], "zones": .object(zones),
      "motion": ["enabled": true, "contour_area": .integer(10), "threshold": .integer(30)],
      "audio": ["enabled": false, "enabled_in_config": false, "listen": []],
      "onvif": ["host": "", "autotracking": ["enabled": false, "enabled_in_config": false]],
      "live": ["stream_name": .string(camera.name), "streams": [:]], "birdseye": ["enabled": false],
      "review": ["alerts": ["labels": .array(labels)], "detections": ["labels": .null]],
      "ui": ["order": .integer(0), "dashboard": true], "best_image_timeout": .integer(60),
    ]
  }

  /// What `/api/stats` answers.
  ///
  /// - Parameters:
  ///   - rates: of each camera, in the order of the house.
  ///   - inference: milliseconds that the network takes.
  ///   - uptime: seconds since the start.
  ///   - now: seconds since 1970.
  package func statistics(rates: [Rates], inference: Double, uptime: Double, now: Double) -> JSONValue {
    let cameras = zip(home.cameras, rates).map { camera, rates in
      (
        key: camera.name,
        value: [
          "camera_fps": .number(rates.camera), "process_fps": .number(rates.process), "skipped_fps": .number(0),
          "detection_fps": .number(rates.detection), "detection_enabled": .bool(camera.switches.detect),
        ] as JSONValue
      )
    }
    return [
      "cameras": .object(cameras), "detectors": ["yolostream": ["inference_speed": .number(inference)]],
      "detection_fps": .number(rates.reduce(0) { $0 + $1.detection }), "cpu_usages": [:], "gpu_usages": [:],
      "processes": [:],
      "service": [
        "uptime": .integer(Int(uptime)), "version": .string(version), "latest_version": .string(Self.version),
        "storage": [:], "temperatures": [:], "last_updated": .integer(Int(now)),
      ],
    ]
  }
}
