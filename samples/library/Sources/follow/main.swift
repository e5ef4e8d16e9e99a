// usage: follow MODEL VIDEO    Prints what is seen, frame by frame, with an identity that stays.
import Capture
import Checkpoints
import GELAN
import Inference
import Tracking

let model = try InferenceModel(path: CommandLine.arguments[1])
let worker = DetectionWorker(Detector(model))
var tracker = Tracker()
let source = try SourceAddress(parsing: CommandLine.arguments[2]).open()
while case .frame(let frame) = try source.next() {
  for track in tracker.update(try worker.detect(frame.pixels), at: frame.stamp.seconds) {
    print(frame.stamp.index, track.id, model.classNames[track.detection.classID], track.detection.box)
  }
}
