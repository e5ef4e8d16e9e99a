/// A set of official weights, as the project that trained them releases it.
///
/// The names and addresses are those of the release `v0.1` of github.com/WongKinYiu/yolov9, whose weights are under
/// GPL-3.0: they are fetched by who wants them and do not come with this package.
public struct ReleasedModel: Hashable, Sendable {
  /// What people call it, such as `yolov9-c`.
  public let name: String
  /// Name of the file in the release.
  public let fileName: String

  /// Where the files of the release lie.
  public static let release = "https://github.com/WongKinYiu/yolov9/releases/download/v0.1"

  /// Those that can be fetched. A `yolov9` is its converted form, without what is for training only.
  public static let all: [ReleasedModel] =
    ["t", "s", "m", "c", "e"].map { ReleasedModel(name: "yolov9-\($0)", fileName: "yolov9-\($0)-converted.pt") }
    + ["c", "e"].map { ReleasedModel(name: "gelan-\($0)", fileName: "gelan-\($0).pt") }

  /// The model called `name`, also with the ending of its file; `nil` if there is none.
  public static func named(_ name: String) -> ReleasedModel? {
    all.first { $0.name == name || $0.fileName == name || $0.name + ".pt" == name }
  }
}
