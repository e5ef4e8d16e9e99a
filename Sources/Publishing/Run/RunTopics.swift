import MQTT
import Outputs

/// How a run of one source is published: as a service publishes a camera, without switches and figures of the service.
struct RunTopics: PublishedForm {
  private let topics: HomeTopics

  init(prefix: String) { topics = HomeTopics(prefix: prefix) }

  var available: String { topics.available }
  var commands: [String] { [] }
  func command(in message: MQTTMessage) -> HomeCommand? { nil }
  func messages(of home: HomeState) -> [MQTTMessage] { home.cameras.flatMap(topics.figures) }
  func clearings(of camera: HomeCamera) -> [MQTTMessage] { [] }
  func messages(of event: PublishedEvent, image: (EventImage.Form) -> [UInt8]?) -> [MQTTMessage] {
    topics.messages(of: event) { _ in nil }
  }
}
