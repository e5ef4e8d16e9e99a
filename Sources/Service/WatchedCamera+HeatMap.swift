import LiveView
import Outputs
import Scene
import Settings
import Web

extension WatchedCamera {
  /// The heat map over the last frame. Reads files and draws on the calling thread.
  func heatMap(_ query: HeatMapQuery) throws -> HeatMapAnswer {
    let map = heat.map(in: query.span)
    var label = query.label
    if let wanted = label {
      // Files may have classes of an earlier model.
      label = plan.classes.index(of: wanted).map { plan.classes[$0] } ?? map.labels.first { $0 == wanted }
      guard label != nil else { return .unknownClass }
    }
    let choice = HeatMapImage.Choice(label: label, includesStationary: query.includesStationary)
    let image = HeatMapImage(map, choice, title: "\(settings.name) · \(query.title)")
    return .png(try image.encoded(over: try latestFrame.image(), as: .png))
  }
}
