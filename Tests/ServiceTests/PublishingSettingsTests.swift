import Publishing
import Testing

@testable import Settings

/// Settings of the broker, from the configuration's words to what the publisher takes.
@Suite struct PublishingSettingsTests {
  @Test func `the publisher has every format that a configuration may name`() {
    #expect(MQTTSettings.formats.count == 2)
    for name in MQTTSettings.formats { #expect(PublishingSettings.Form(rawValue: name) != nil, "\(name)") }
  }
}
