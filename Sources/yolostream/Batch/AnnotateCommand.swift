import ArgumentParser

/// `yolostream annotate IN… -o DIR`: many files, each with results of its own.
struct AnnotateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "annotate", abstract: "Annotate many videos and images, in parts that can be resumed.",
    discussion: """
      Examples:
        yolostream annotate videos/ -o results/
        yolostream annotate 'cams/*/2026-*.mp4' -o results/ --formats mot,csv
        yolostream annotate videos/ -o results/ --shard 3/8 --resume
        yolostream annotate list.txt -o results/ --shard auto --resume
        yolostream annotate day.mkv -o results/ --part 1/4     # a part of a long video: see 'help merge'

      Results are called as their input is: results/clip.mp4, clip.jsonl, clip.mot.txt …; clip.json records what they were made of \
      and what was found, and clip.done, which is written last, has the SHA-256 of each. Folders are read with all folders in \
      them. The model is loaded once. The same inputs and options give the same bytes, however they are divided.

      Exit codes: those of 'run'. 75: all was tried, and some inputs failed (listed in failed.txt) or were damaged (65 with \
      --strict).
      """)

  @OptionGroup var batch: BatchArguments

  func run() async throws { try await batch.run() }
}
