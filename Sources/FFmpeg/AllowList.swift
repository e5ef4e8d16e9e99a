/// Restricts what libav opens for an input. Media come from untrusted senders, so their content must not decide which
/// other files are read or which hosts are contacted.
enum AllowList {
  /// Self-contained formats, by libav's names.
  ///
  /// Playlists and descriptions that refer to other places are left out (`hls`, `dash`, `concat`, `sdp`, `imf`,
  /// `rtsp` …), and so are formats whose parsers are not robust.
  private static let containers = [
    "3g2", "3gp", "asf", "asf_o", "av1", "avi", "avs2", "avs3", "cavsvideo", "dav1d", "dhav", "dirac", "dnxhd", "dv",
    "dvr-ms", "evc", "flv", "gif", "gxf", "h261", "h263", "h264", "hevc", "image2", "ingenient", "ivf", "ivr", "kux",
    "live_flv", "lxf", "m4a", "m4v", "matroska", "mj2", "mjpeg", "mjpeg_2000", "mov", "mp4", "mpeg", "mpegts",
    "mpegvideo", "mpjpeg", "mpsub", "mxf", "nsv", "nut", "nuv", "obu", "ogg", "pva", "rm", "smjpeg", "swf", "tak",
    "vc1",
    "vc1test", "vvc", "webm", "wtv", "yuv4mpegpipe",
    // Single images in sequence.
    "apng", "bmp_pipe", "cri_pipe", "dds_pipe", "dpx_pipe", "exr_pipe", "gem_pipe", "gif_pipe", "hdr_pipe", "j2k_pipe",
    "jpeg_pipe", "jpegls_pipe", "jpegxl_pipe", "jpegxl_anim", "pam_pipe", "pbm_pipe", "pcx_pipe", "pfm_pipe",
    "pgm_pipe", "pgmyuv_pipe", "pgx_pipe", "phm_pipe", "photocd_pipe", "pictor_pipe", "png_pipe", "ppm_pipe",
    "psd_pipe", "qdraw_pipe", "qoi_pipe", "sgi_pipe", "sunrast_pipe", "tiff_pipe", "vbn_pipe", "webp_pipe", "xbm_pipe",
    "xpm_pipe", "xwd_pipe",
    // Audio: recognised, so that the error can state that there is no video.
    "aac", "ac3", "aiff", "amr", "au", "caf", "eac3", "flac", "mp3", "wav", "wv",
  ]

  /// libav's options for `input`: only the formats and protocols of its own kind.
  ///
  /// - Parameter takesPlaylists: whether an HLS playlist may name segments: on a web server those on web servers, a
  ///   file other files.
  static func options(for input: Demuxer.Input, takesPlaylists: Bool) -> [String: String] {
    var formats = containers
    let protocols: [String]
    switch input {
    // No patterns in file names.
    case .file:
      if takesPlaylists { formats.append("hls") }
      return list(formats, ["file"] + (takesPlaylists ? ["crypto"] : []), with: ["pattern_type": "none"])
    case .pipe:
      formats.removeAll { $0 == "image2" }
      return list(formats, ["none"])
    case .address(let address):
      formats.removeAll { $0 == "image2" }
      let scheme = address.prefix { $0 != ":" }.lowercased()
      switch scheme {
      case "rtsp", "rtsps":
        formats = ["rtsp"]
        protocols = ["rtsp", "rtsps", "rtp", "srtp", "udp", "tcp", "tls"]
      case "rtp":
        formats = ["rtp", "mpegts"]
        protocols = ["rtp", "udp"]
      case "http", "https":
        if takesPlaylists { formats.append("hls") }
        protocols = ["http", "https", "tcp", "tls", "httpproxy"] + (takesPlaylists ? ["crypto"] : [])
      case "rtmp": protocols = ["rtmp", "tcp"]
      case "rtmps": protocols = ["rtmps", "tls", "tcp"]
      default: protocols = [scheme]
      }
      return list(formats, protocols)
    }
  }

  private static func list(
    _ formats: [String], _ protocols: [String], with others: [String: String] = [:]
  ) -> [String: String] {
    others.merging([
      "format_whitelist": formats.joined(separator: ","), "protocol_whitelist": protocols.joined(separator: ","),
    ]) { $1 }
  }

  /// Whether an address is that of an HLS playlist.
  static func isPlaylist(_ address: String) -> Bool {
    let path = address.prefix { $0 != "?" && $0 != "#" }.lowercased()
    return path.hasSuffix(".m3u8") || path.hasSuffix(".m3u")
  }
}
