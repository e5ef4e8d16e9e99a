import Capture
import Pipeline
import Publishing
import Recording
import Settings
import Spooling
import Streaming
import Webhooks

/// The content of `/metrics`: state of all cameras and of the process.
struct ServiceMetrics {
  let cameras: [CameraReport]
  let events: [String: Int]
  let losses: Journal.Losses
  /// When the configuration was read last, in seconds since 1970.
  let configured: Double
  let listeners: Int
  let publishing: PublisherReport?
  let calling: [(name: String, report: WebhookReport)]
  let recordings: (files: MediaFolder.Report, storage: Retention.Report)?

  var text: String {
    var text = MetricsText()
    text.family("build_info", .gauge, "Version of the program; always 1.")
    text.sample("build_info", [("version", ProgramVersion.current)], 1)
    writeStates(&text)
    writeCounts(&text)
    writePlaces(&text)
    writeTimes(&text)
    text.family("events_total", .counter, "Events by kind.")
    for (kind, count) in events.sorted(by: { $0.key < $1.key }) { text.sample("events_total", [("type", kind)], count) }
    text.family("sink_errors_total", .counter, "Lines and files that could not be written, or not to their end.")
    text.sample("sink_errors_total", [("sink", "jsonl")], losses.failures)
    if let files = recordings?.files {
      text.sample("sink_errors_total", [("sink", "clips")], files.clipFailures)
      text.sample("sink_errors_total", [("sink", "snapshots")], files.snapshotFailures)
      text.sample("sink_errors_total", [("sink", "segments")], files.segmentFailures)
    }
    each(sink: \.failures, of: "sink_errors_total", &text)
    text.family("sink_dropped_total", .counter, "Frames and events that an output was too slow for.")
    text.sample("sink_dropped_total", [("sink", "jsonl")], losses.dropped)
    each(sink: \.dropped, of: "sink_dropped_total", &text)
    writePushes(&text)
    writeOutlets(&text)
    writeRecordings(&text)
    text.family("event_listeners", .gauge, "Connections that listen to the stream of events.")
    text.sample("event_listeners", listeners)
    text.family("config_reload_success_timestamp_seconds", .gauge, "When the configuration was last read.")
    text.sample("config_reload_success_timestamp_seconds", configured)
    ProcessFigures.now.write(to: &text)
    return text.text
  }

  private func each(sink value: KeyPath<SinkReport, Int>, of name: String, _ text: inout MetricsText) {
    for camera in cameras {
      for sink in camera.sinks {
        text.sample(name, [("sink", sink.name), ("camera", camera.name)], sink[keyPath: value])
      }
    }
  }

  private func writePushes(_ text: inout MetricsText) {
    let pushes = cameras.compactMap { camera in camera.push.map { (camera: camera.name, report: $0) } }
    guard !pushes.isEmpty else { return }
    text.family("push_up", .gauge, "Whether the receiver of a camera's frames accepts them.")
    for push in pushes { text.sample("push_up", [("camera", push.camera)], push.report.isUp ? 1 : 0) }
    text.family("push_frames_total", .counter, "Frames for a receiver, by result.")
    for push in pushes {
      text.sample("push_frames_total", [("camera", push.camera), ("outcome", "sent")], push.report.sent)
      text.sample("push_frames_total", [("camera", push.camera), ("outcome", "dropped")], push.report.dropped)
    }
    text.family("push_reconnects_total", .counter, "Times that a receiver had to be connected to again, by cause.")
    for push in pushes {
      for (cause, count) in push.report.reconnects.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        text.sample("push_reconnects_total", [("camera", push.camera), ("cause", cause.rawValue)], count)
      }
    }
  }

  private func writeRecordings(_ text: inout MetricsText) {
    guard let recordings else { return }
    let (files, storage) = recordings
    text.family("recordings_total", .counter, "Files that were written to their end.")
    text.sample("recordings_total", [("sink", "clips")], files.clips)
    text.sample("recordings_total", [("sink", "snapshots")], files.snapshots)
    text.sample("recordings_total", [("sink", "segments")], files.segments)
    text.family("storage_used_bytes", .gauge, "What recordings take, as of the last look a minute ago or less.")
    text.sample("storage_used_bytes", Int(storage.usedBytes))
    text.family("storage_free_bytes", .gauge, "What is free where recordings go.")
    text.sample("storage_free_bytes", Int(storage.freeBytes))
    text.family("recordings_removed_total", .counter, "Recordings removed because of their age, or to make room.")
    text.sample("recordings_removed_total", storage.removed)
  }

  private func writeStates(_ text: inout MetricsText) {
    text.family("camera_up", .gauge, "Whether frames arrive.")
    for camera in cameras where camera.isEnabled {
      text.sample("camera_up", [("camera", camera.name)], camera.stateName == "up" ? 1 : 0)
    }
    text.family("camera_state", .gauge, "1 for the state that a camera is in.")
    for camera in cameras {
      for state in ["up", "connecting", "down", "disabled"] {
        let isState = camera.stateName == state
        text.sample("camera_state", [("camera", camera.name), ("state", state)], isState ? 1 : 0)
      }
    }
    text.family("tracks_active", .gauge, "Objects in the last frame.")
    each(camera: \.tracks, label: "label", of: "tracks_active", &text)
  }

  private func writeCounts(_ text: inout MetricsText) {
    text.family("frames_total", .counter, "Frames by the stage that they reached.")
    for camera in cameras {
      for (stage, count) in [("decoded", camera.decoded), ("inferred", camera.inferred), ("still", camera.still)] {
        text.sample("frames_total", [("camera", camera.name), ("stage", stage)], count)
      }
    }
    text.family("frames_dropped_total", .counter, "Frames that were due and lost.")
    for camera in cameras {
      for (reason, count) in [
        ("policy", camera.missed), ("stale", camera.stale), ("corrupt", camera.losses.withheldFrames),
      ] { text.sample("frames_dropped_total", [("camera", camera.name), ("reason", reason)], count) }
    }
    text.family("decode_errors_total", .counter, "Pieces of a stream that could not be decoded.")
    for camera in cameras {
      text.sample("decode_errors_total", [("camera", camera.name)], camera.losses.damagedPackets)
    }
    text.family("detection_errors_total", .counter, "Frames on which the network failed.")
    for camera in cameras { text.sample("detection_errors_total", [("camera", camera.name)], camera.failures) }
    text.family("reconnects_total", .counter, "How often frames stopped or a connection failed, by cause.")
    each(camera: \.outages, label: "cause", of: "reconnects_total", &text)
    text.family("detections_total", .counter, "Detections by class.")
    each(camera: \.detections, label: "label", of: "detections_total", &text)
  }

  private func writeTimes(_ text: inout MetricsText) {
    text.family("frame_age_seconds", .histogram, "Age of a frame when its result is available.")
    for camera in cameras { text.histogram("frame_age_seconds", [("camera", camera.name)], camera.age) }
    text.family("stage_duration_seconds", .histogram, "Duration of each step of the analysis of a frame.")
    for camera in cameras {
      for (stage, times) in [
        ("gate", camera.gateTime), ("infer", camera.inferTime), ("track", camera.trackTime),
      ] { text.histogram("stage_duration_seconds", [("camera", camera.name), ("stage", stage)], times) }
    }
  }

  private func each(
    camera counts: KeyPath<CameraReport, [String: Int]>, label: String, of name: String, _ text: inout MetricsText
  ) {
    for camera in cameras {
      for (value, count) in camera[keyPath: counts].sorted(by: { $0.key < $1.key }) {
        text.sample(name, [("camera", camera.name), (label, value)], count)
      }
    }
  }
}
