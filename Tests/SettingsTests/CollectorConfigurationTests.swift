import Testing

@testable import Settings

@Suite struct CollectorConfigurationTests {
  private func complaint(_ brokers: String, outputs: String = "{events: {jsonl: {path: e}}}", more: String = "")
    -> String
  {
    do throws(ConfigurationError) {
      _ = try CollectorConfiguration(
        yaml: "version: 1\nbrokers: \(brokers)\noutputs: \(outputs)\n\(more)", path: "f.yml",
        environment: ["PW": "secret"])
      return ""
    } catch { return error.description }
  }

  @Test func `brokers, log and web server are read`() throws {
    let read = try CollectorConfiguration(
      yaml: """
        version: 1
        brokers:
          gate: {url: mqtts://192.0.2.10, user: fleet, password: "${PW}", ca: ca.pem}
          central: {url: mqtt://192.0.2.11, prefix: yolostream/+, client_id: fleet-2}
        outputs: {events: {jsonl: {path: fleet.jsonl, rotate: 1MiB}}, storage: {path: media}}
        http: {listen: "127.0.0.1:8090"}
        """, path: "f.yml", environment: ["PW": "secret"])
    #expect(read.brokers.map(\.name) == ["gate", "central"])
    #expect(read.brokers[0].mqtt.password == "secret" && read.brokers[0].mqtt.prefix == "yolostream")
    #expect(read.brokers[1].mqtt.prefix == "yolostream/+" && read.brokers[1].mqtt.clientID == "fleet-2")
    #expect(read.outputs.eventStore == "fleet.sqlite" && read.http.listen.port == 8090)
  }

  @Test func `what cannot be is named with its place`() {
    #expect(complaint("{a: {url: mqtt://h}}") == "")
    #expect(complaint("{a: {url: mqtt://h, prefix: \"a/#\"}}").contains("yolostream/+ for many boxes, got a/#"))
    #expect(complaint("{a: {url: mqtt://h, prefix: \"+/+\"}}").contains("got +/+"))
    #expect(complaint("{a: {url: mqtt://h}, b: {url: mqtt://h}}").contains("the same url and prefix"))
    #expect(complaint("{a: {}}").contains("the key url is missing"))
    #expect(complaint("{a: {url: mqtt://h, camera: x}}").contains("brokers.a has no key camera"))
    #expect(complaint("{a: {url: mqtt://h}}", outputs: "{}").contains("the key events is missing"))
    #expect(complaint("{a: {url: mqtt://h}}", more: "http: {listen: \"0.0.0.0:80\"}").contains("expected a token_file"))
  }
}
