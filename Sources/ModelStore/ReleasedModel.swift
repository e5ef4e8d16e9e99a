/// A set of official weights, as the project that trained them releases it.
///
/// `yolov9-…` and `gelan-…` are those of the release `v0.1` of github.com/WongKinYiu/yolov9 (GPL-3.0), `v9-…` those of
/// `v1.0-alpha` of github.com/MultimediaTechLab/YOLO (MIT). They are fetched by who wants them and do not come with this
/// package.
package struct ReleasedModel: Hashable, Sendable {
  /// What people call it, such as `yolov9-c`.
  package let name: String
  /// Name of the file in the release.
  package let fileName: String

  /// Where the files of its release lie.
  package let release: String
  /// The licence of the project that released it.
  package let licence: String

  private static let official = "https://github.com/WongKinYiu/yolov9/releases/download/v0.1"
  private static let multimediaTech = "https://github.com/MultimediaTechLab/YOLO/releases/download/v1.0-alpha"

  private static func official(_ name: String, _ file: String) -> ReleasedModel {
    ReleasedModel(name: name, fileName: file, release: official, licence: "GPL-3.0")
  }

  /// What a name ends in that means the quantised form, such as `yolov9-t-int8`.
  package static let quantisedSuffix = "-int8"

  /// Those that can be fetched. A `yolov9` is its converted form, without what is for training only.
  package static let all: [ReleasedModel] =
    ["t", "s", "m", "c", "e"].map { official("yolov9-\($0)", "yolov9-\($0)-converted.pt") }
    + ["c", "e"].map { official("gelan-\($0)", "gelan-\($0).pt") }
    + ["t", "s", "m", "c"].map {
      ReleasedModel(name: "v9-\($0)", fileName: "v9-\($0).pt", release: multimediaTech, licence: "MIT")
    }

  /// The model called `name`, also with the ending of its file; `nil` if there is none.
  package static func named(_ name: String) -> ReleasedModel? {
    all.first { $0.name == name || $0.fileName == name || $0.name + ".pt" == name }
  }
}
