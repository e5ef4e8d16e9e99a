import FFmpeg
import Foundation
import Testing
import V4L2

@testable import Diagnosis

@Suite struct DiagnosisTests {
  @Test(
    arguments: [
      ("", .good, nil), ("hevc", .notice, "decoders"), ("h264", .problem, "decoders"), ("libx264", .problem, "libx264"),
      ("srt", .notice, "protocols"),
    ] as [(String, Finding.State, String?)])
  func `what an FFmpeg lacks is a problem only if everybody needs it`(
    missing: String, worst: Finding.State, advice: String?
  ) throws {
    let findings = MediaFindings.parts("5.1") { $1 != missing }
    #expect(findings.contains { $0.state == worst })
    #expect(findings.filter { $0.state != .good }.count == (advice == nil ? 0 : 1))
    if let advice { #expect(findings.contains { $0.fact.contains(missing) && $0.advice?.contains(advice) == true }) }
  }

  @Test func `the FFmpeg of this machine is checked for what it lacks`() {
    #expect(InstalledParts.has(.decoder, "h264") && InstalledParts.has(.encoder, "libx264"))
    #expect(InstalledParts.has(.network, "tcp") && !InstalledParts.version.isEmpty)
    for kind in [InstalledParts.Kind.decoder, .encoder, .network, .hardware] {
      #expect(!InstalledParts.has(kind, "no such part"))
    }
  }

  @Test func `listening ports are those of the kernel's table, in hexadecimal`() {
    let table = """
        sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid
         0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0
         1: 0100007F:1F91 0100007F:C350 01 00000000:00000000 00:00000000 00000000     0
      """
    #expect(PortFindings.listeners(in: table) == [8080])
    #expect(PortFindings.listeners(in: "nonsense\n : x 0A 0A\n").isEmpty)
    #expect(PortFindings.finding(8080, isTaken: true).state == .notice)
    #expect(PortFindings.finding(0, isTaken: true).state == .good)
    #expect(PortFindings.finding(443, isTaken: false, lowest: 1024).state == .notice)
    #expect(PortFindings.finding(1024, isTaken: false, lowest: 1024).state == .good)
  }

  @Test func `a camera that may not be opened is a problem with a way out`() {
    let denied = CameraFindings.findings([
      .camera(path: "/dev/video0", name: "Webcam"),
      .failure(path: "/dev/video1", V4L2Error(.unsupported, "metadata")),
      .failure(path: "/dev/video2", V4L2Error(.denied, "cannot open /dev/video2: permission denied")),
    ])
    #expect(denied.map(\.state) == [.good, .problem])
    #expect(denied.last?.advice?.contains("usermod") == true)
    #expect(CameraFindings.findings([]).map(\.state) == [.notice])
  }

  @Test(
    arguments: [(10_000_000_000, true, .good), (1000, true, .notice), (10_000_000_000, false, .notice)]
      as [(Int, Bool, Finding.State)])
  func `a place is judged by room and permission`(free: Int, isWritable: Bool, state: Finding.State) {
    let place = Place("/nowhere", for: "results", wanted: 1_000_000_000)
    #expect(place.finding(free: free, isWritable: isWritable).state == state)
  }

  @Test func `a folder that is not there yet counts as the one it would be made in`() {
    let place = Place(FileManager.default.temporaryDirectory.path + "/a/b/c", for: "results", wanted: 1)
    #expect(place.finding().state == .good)
  }

  @Test func `no finding shows a secret`() {
    let environment = EnvironmentFindings.variables([
      "YOLOSTREAM_CACHE": "/cache", "YOLOSTREAM_HTTP_TOKEN": "s3cret", "PATH": "/bin",
    ])
    #expect(environment.fact == "YOLOSTREAM_CACHE=/cache, YOLOSTREAM_HTTP_TOKEN (not shown)")
    let address = Finding("cameras", .notice, "rtsp://user:s3cret@camera/x", advice: "try rtsp://user:s3cret@camera/y")
    #expect(!address.fact.contains("s3cret") && address.advice?.contains("s3cret") == false)
  }
}
