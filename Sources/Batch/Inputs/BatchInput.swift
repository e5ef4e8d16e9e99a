package import Capture

/// One input of a batch: a video, or the images of a folder.
package struct BatchInput: Hashable, Sendable {
  /// What is read.
  package enum Content: Hashable, Sendable {
    /// A file with video in it.
    case video
    /// Images that were named one by one, in this order.
    case images([String])
    /// All images of a folder.
    case folder
  }

  /// The file or folder, as the user wrote it. Its share of the work depends on this.
  package let path: String
  /// What is read.
  package let content: Content
  /// What its outputs are called, below the folder of the outputs; unique within a batch.
  package internal(set) var name: String

  /// Whether it is images, not video.
  package var isImages: Bool { content != .video }

  /// The files that are read.
  package var files: [String] {
    switch content {
    case .video: [path]
    case .images(let paths): paths
    case .folder: (try? StillsSource.images(in: path)) ?? []
    }
  }

  /// Where the frames come from.
  package var address: SourceAddress {
    switch content {
    case .video: SourceAddress(.video(path: path))
    case .images(let paths): SourceAddress(.images(name: path, paths: paths))
    case .folder: SourceAddress(.folder(path: path))
    }
  }
}
