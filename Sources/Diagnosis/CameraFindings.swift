import V4L2

/// Checks the local cameras.
package enum CameraFindings {
  /// The result of opening a node.
  enum Node {
    case camera(path: String, name: String)
    case failure(path: String, V4L2Error)
  }

  /// A finding for each camera, or one if there is none.
  package static func all() -> [Finding] {
    findings(
      CameraNodes.paths().map { path in
        do throws(V4L2Error) { return .camera(path: path, name: try Device(path: path).name) } catch {
          return .failure(path: path, error)
        }
      })
  }

  static func findings(_ nodes: [Node]) -> [Finding] {
    let findings: [Finding] = nodes.compactMap { node in
      switch node {
      case .camera(let path, let name): Finding("cameras", .good, "\(path): \(name)")
      // Many cameras have a second node that gives no frames.
      case .failure(_, let error) where error.code == .unsupported: nil
      case .failure(_, let error) where error.code == .denied:
        Finding(
          "cameras", .problem, error.description,
          advice: "sudo usermod --append --groups video $USER, then log in again")
      case .failure(_, let error) where error.code == .busy:
        Finding("cameras", .notice, error.description, advice: "end the other program, or read its stream instead")
      case .failure(_, let error): Finding("cameras", .notice, error.description, advice: "plug the camera in again")
      }
    }
    guard findings.isEmpty else { return findings }
    return [
      Finding(
        "cameras", .notice, "no camera of this machine",
        advice: "network cameras and files need none; in a container or a virtual machine, pass /dev/video0 on")
    ]
  }
}
