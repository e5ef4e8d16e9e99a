// swift-tools-version: 6.2
import PackageDescription

// A program of your own with the detector in it. Without its default traits, yolostream brings no web server along.
let package = Package(
  name: "follow",
  dependencies: [.package(name: "yolostream", path: "../..", traits: [])],
  targets: [
    .executableTarget(name: "follow", dependencies: [.product(name: "YOLOStream", package: "yolostream")])
  ]
)
