import FFmpeg
import FreeType

/// Checks FFmpeg's components and the fonts.
package enum MediaFindings {
  /// Whether a component of this kind and name is installed.
  typealias Lookup = (InstalledParts.Kind, String) -> Bool

  /// All findings.
  package static func all() -> [Finding] {
    parts(InstalledParts.version, InstalledParts.has) + [acceleration(), font()]
  }

  /// Codecs and protocols of FFmpeg `version`.
  static func parts(_ version: String, _ has: Lookup) -> [Finding] {
    func finding(
      _ title: String, _ kind: InstalledParts.Kind, _ names: [String], needed: Set<String>, advice: String
    ) -> Finding {
      let missing = names.filter { !has(kind, $0) }
      let present = names.filter { !missing.contains($0) }.joined(separator: ", ")
      guard !missing.isEmpty else { return Finding("ffmpeg", .good, "\(title): \(present)") }
      return Finding(
        "ffmpeg", missing.contains(where: needed.contains) ? .problem : .notice,
        "\(title): \(present.isEmpty ? "none" : present); missing: \(missing.joined(separator: ", "))", advice: advice)
    }
    return [
      finding(
        "version \(version), decoders", .decoder, ["h264", "hevc", "mjpeg", "av1", "vp9", "mpeg4", "png"],
        needed: ["h264", "mjpeg"], advice: "install an FFmpeg with these decoders (Debian: libavcodec59)"),
      finding(
        "encoders", .encoder, ["libx264", "mjpeg", "png"], needed: ["libx264"],
        advice: "annotated video needs libx264: install an FFmpeg that has it (Debian: libavcodec59)"),
      finding(
        "protocols", .network, ["tcp", "udp", "rtp", "http", "https", "tls", "srt", "rtmp"], needed: ["tcp", "udp"],
        advice: "addresses of the missing protocols cannot be opened: install an FFmpeg with them"),
    ]
  }

  /// Hardware decoders; reported because users look for them.
  private static func acceleration() -> Finding {
    let compiled = ["vaapi", "vdpau", "cuda", "qsv", "drm", "vulkan"].filter { InstalledParts.has(.hardware, $0) }
    let nodes = (0..<4).map { "/dev/dri/renderD\(128 + $0)" }.filter { Place.exists($0) }
    return Finding(
      "hardware decoding", .good,
      "not used: video is decoded on the processor (FFmpeg knows \(compiled.isEmpty ? "none" : compiled.joined(separator: ", ")); "
        + "devices: \(nodes.isEmpty ? "none" : nodes.joined(separator: ", ")))")
  }

  private static func font() -> Finding {
    guard let font = FontSearch.find() else {
      return Finding(
        "font", .notice, "no font was found: labels stay empty",
        advice: "install fonts-dejavu-core, or another sans-serif font")
    }
    return Finding("font", .good, font)
  }
}
