import ArgumentParser

/// `yolostream merge IN… -o DIR`: the results of inputs whose parts have been annotated.
struct MergeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "merge", abstract: "Join the parts of long videos that 'annotate --part' made.",
    discussion: """
      Example, the first four at the same time, on as many machines as wanted:
        yolostream annotate day.mkv -o results/ --formats mot,csv --part 1/4
        …
        yolostream annotate day.mkv -o results/ --formats mot,csv --part 4/4
        yolostream merge day.mkv -o results/ --formats mot,csv

      A part keeps what the network found in its share of the frames. Merging reads the whole video once more, without the \
      network, tracks, and writes all results: the same bytes as those of a run that was not split. Give all commands the same \
      options. The files of the parts (day.part-1-of-4.jsonl …) may be removed afterwards.

      Exit codes: those of 'annotate'. 65: a part was made of another file or with other settings; 66: a part is missing.
      """)

  @OptionGroup var batch: BatchArguments

  func validate() throws {
    guard batch.division.part == nil else {
      throw ValidationError("--part is for 'annotate'; 'merge' reads all parts of each input")
    }
  }

  func run() async throws { try await batch.run(merges: true) }
}
