import ArgumentParser

@main
struct YoloStream: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "yolostream", abstract: "Real-time object detection in video on a computer without a GPU.",
    discussion: """
      Examples:
        yolostream street.mp4 -o annotated.mp4 --events events.jsonl --model yolov9-c.pt
        yolostream --rtsp rtsp://camera/stream --detections - --model gelan-t.safetensors
        yolostream model info yolov9-t.pt
        yolostream run --help
      """,
    subcommands: [
      RunCommand.self, TrackCommand.self, ValCommand.self, EvaluateTracksCommand.self, TrainCommand.self,
      BenchCommand.self, ModelCommand.self, ServeCommand.self, ConfigCommand.self, ProbeCommand.self,
      DevicesCommand.self,
    ], defaultSubcommand: RunCommand.self)
}
