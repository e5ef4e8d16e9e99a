package import FFmpeg

extension SourceAddress {
  /// Opens the source once; `RecoveringSource` reopens it.
  public func open(_ options: SourceOptions = SourceOptions()) throws(CaptureError) -> any FrameSource {
    try open(options, interrupt: InterruptFlag())
  }

  /// Opens the source once.
  ///
  /// - Parameter interrupt: interrupts a network source or a camera, also while it is being opened.
  package func open(
    _ options: SourceOptions = SourceOptions(), interrupt: InterruptFlag
  ) throws(CaptureError) -> any FrameSource {
    if options.start > 0 {
      guard case .video = kind else {
        throw CaptureError(.invalidAddress, "cannot begin within \(self): expected a video file")
      }
    }
    guard options.isLooping else { return try openOnce(options, interrupt) }
    switch kind {
    case .video, .image, .folder, .images, .testPattern:
      return try LoopingSource { () throws(CaptureError) -> any FrameSource in try openOnce(options, interrupt) }
    case .network, .standardInput, .camera:
      throw CaptureError(.invalidAddress, "cannot repeat \(self): expected a file or a folder")
    }
  }

  private func openOnce(
    _ options: SourceOptions, _ interrupt: InterruptFlag
  ) throws(CaptureError) -> any FrameSource {
    switch kind {
    case .video(let path): try StreamSource(file: path, options: options)
    case .image(let path): StillsSource(image: path, options: options)
    case .folder(let path): try StillsSource(folder: path, options: options)
    case .images(let name, let paths): StillsSource(paths: paths, address: name, options: options)
    case .network(let url): try StreamSource(network: url, options: options, interrupt: interrupt)
    case .standardInput: try StreamSource(standardInput: options)
    case .testPattern(let pattern): TestPatternSource(pattern)
    case .camera(let path): try CameraSource(path: path, options: options, interrupt: interrupt)
    }
  }
}
