import ArgumentParser
import FoundationEssentials
import V4L2

/// `yolostream devices`: the local cameras with formats, sizes and rates.
struct DevicesCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "devices", abstract: "List local cameras: names, formats, sizes and rates.",
    discussion: """
      Examples:
        yolostream devices
        yolostream devices --json

      Exit codes: 0 done, also if there is no camera; 77 if none of those that are there may be opened.
      """)

  @Flag(help: "Print JSON.") var json = false

  func run() throws {
    var cameras: [CameraListing] = [], failures: [V4L2Error] = []
    for path in CameraNodes.paths() {
      do throws(V4L2Error) {
        cameras.append(CameraListing(try Device(path: path)))
      } catch {
        // Many cameras have a second node that gives no frames.
        if error.code != .unsupported { failures.append(error) }
      }
    }
    if json {
      try StandardOutput.write(try cameras.jsonText(keys: .convertToSnakeCase) + "\n")
    } else if cameras.isEmpty, failures.isEmpty {
      print("no cameras")
    } else {
      for camera in cameras { print(camera.text) }
    }
    for failure in failures { StandardError.say("\(failure)") }
    if cameras.isEmpty, failures.contains(where: { $0.code == .denied }) { throw ExitCode(77) }
  }
}

/// A camera in the list.
struct CameraListing: Encodable {
  struct Format: Encodable {
    let name: String
    let description: String
    let isUsable: Bool
    let sizes: [Size]
  }

  struct Size: Encodable {
    let width: Int
    let height: Int
    let rates: [Double]
  }

  let path: String
  let stablePath: String?
  let name: String
  let location: String
  let formats: [Format]

  init(_ device: borrowing Device) {
    path = device.path
    stablePath = CameraNodes.stablePath(of: device.path)
    name = device.name
    location = device.location
    let catalogue = device.catalogue()
    formats = catalogue.names.map { format, name in
      Format(
        name: format.description, description: name, isUsable: FourCC.known.contains(format),
        sizes: catalogue.offers.filter { $0.format == format }.map { offer in
          Size(width: offer.size.width, height: offer.size.height, rates: offer.rates)
        })
    }
  }

  /// One line for the camera, and one for each supported format.
  var text: String {
    var lines = ["\(path): \(name), \(location)" + (stablePath.map { ", also \($0)" } ?? "")]
    for format in formats where format.isUsable {
      let sizes = format.sizes.map { size in
        let rates = size.rates.map { $0.text($0 == $0.rounded() ? 0 : 1) }.joined(separator: "/")
        return "\(size.width)x\(size.height)" + (rates.isEmpty ? "" : "@\(rates)")
      }
      lines.append("  \(format.name)  \(sizes.joined(separator: "  "))")
    }
    let others = formats.filter { !$0.isUsable }.map(\.name)
    if !others.isEmpty { lines.append("  and \(others.count) unsupported formats") }
    return lines.joined(separator: "\n")
  }
}
