import Foundation
import MQTT
import TestSupport
import Testing

@Suite(.serialized, .enabled(if: Broker.program != nil, Comment(rawValue: Broker.absence)))
struct MQTTConnectionTests {
  private let wake: WakePipe

  init() throws { wake = try WakePipe() }

  private func options(_ port: Int, id: String = "test") -> MQTTOptions {
    MQTTOptions(address: MQTTAddress(host: "127.0.0.1", port: port), clientID: id)
  }

  /// Does what there is to do until a notice is `wanted`; all notices so far.
  private func wait(
    _ connection: inout MQTTConnection, until wanted: (MQTTNotice) -> Bool
  ) throws -> [MQTTNotice] {
    var all: [MQTTNotice] = []
    let end = ContinuousClock.now + .seconds(60)
    while !all.contains(where: wanted), ContinuousClock.now < end {
      all += try connection.notices(within: 1, or: wake)
    }
    return all
  }

  private func connect(_ options: MQTTOptions) throws -> MQTTConnection {
    var connection = try MQTTConnection(options)
    let notices = try wait(&connection) { $0 == .accepted }
    #expect(notices == [.accepted])
    return connection
  }

  @Test(arguments: MQTTOptions.Version.allCases)
  func `messages reach an independent client, are confirmed, and come back`(version: MQTTOptions.Version) throws {
    let broker = try Broker()
    try broker.start()
    let listener = try broker.listen()
    var options = options(broker.port)
    options.version = version
    var connection = try connect(options)
    try connection.subscribe(to: "a/#")
    let image = (0..<70_000).map { UInt8(truncatingIfNeeded: $0) }
    let sent = [MQTTMessage(topic: "a/b", text: "1"), MQTTMessage(topic: "a/image", payload: image, isRetained: true)]
    let ids = try sent.map { try connection.publish($0) }
    let notices =
      try wait(&connection) { $0 == .message(.init(topic: "a/image", payload: image)) }
      + wait(&connection) { _ in true }
    #expect(notices.contains(.delivered(id: ids[0], refusal: nil)))
    #expect(listener.waits { $0.map(\.topic) == sent.map(\.topic) && $0.map(\.payload) == sent.map(\.payload) })
    connection.close(within: 5, wake)
    let later = try broker.listen(to: "a/#")
    #expect(later.waits { $0.map(\.topic) == ["a/image"] && $0[0].wasRetained && $0[0].payload == image })
  }

  @Test func `a message that was read and not confirmed comes again`() throws {
    let broker = try Broker()
    try broker.start()
    var options = options(broker.port, id: "store")
    (options.keepsSession, options.confirmsOnRequest) = (true, true)
    func messages(_ notices: [MQTTNotice]) -> [String] {
      notices.compactMap { if case .message(let message) = $0 { message.text } else { nil } }
    }
    func read(_ connection: inout MQTTConnection, until text: String) throws -> [String] {
      messages(try wait(&connection) { $0 == .message(MQTTMessage(topic: "a", text: text)) })
    }
    do {
      var connection = try connect(options)
      try connection.subscribe(to: "a")
      for text in ["1", "2"] { _ = try connection.publish(MQTTMessage(topic: "a", text: text)) }
      #expect(try read(&connection, until: "2") == ["1", "2"])
      try connection.confirm()
      for text in ["3", "4"] { try broker.publish(text, to: "a") }
      #expect(try read(&connection, until: "4") == ["3", "4"])
      // The process that read them is killed.
    }
    do {
      var connection = try MQTTConnection(options)
      #expect(try read(&connection, until: "4") == ["3", "4"])
      try connection.confirm()
    }
    try broker.publish("5", to: "a")
    var connection = try MQTTConnection(options)
    #expect(try read(&connection, until: "5") == ["5"])
    try connection.confirm()
    connection.close(within: 5, wake)
  }

  @Test func `the will is published when the client is lost, and not after an orderly end`() throws {
    let broker = try Broker()
    try broker.start()
    let listener = try broker.listen()
    var options = options(broker.port)
    options.will = MQTTMessage(topic: "will", text: "offline", isRetained: true)
    do { _ = try connect(options) }
    #expect(listener.waits { $0.map(\.text) == ["offline"] })
    var connection = try connect(options)
    _ = try connection.publish(MQTTMessage(topic: "will", text: "stopped", isRetained: true))
    connection.close(within: 5, wake)
    try broker.publish("end", to: "end")
    #expect(listener.waits { $0.map(\.text) == ["offline", "stopped", "end"] })
  }

  @Test func `a lost broker is an error with a clear message`() throws {
    let broker = try Broker()
    try broker.start()
    var connection = try connect(options(broker.port))
    broker.kill()
    let error = #expect(throws: MQTTError.self) { _ = try wait(&connection) { _ in false } }
    #expect(error?.code == .connection)
    #expect(error?.description.hasPrefix("the connection to mqtt://127.0.0.1:\(broker.port) was lost") == true)
    let refused = #expect(throws: MQTTError.self) {
      var connection = try MQTTConnection(options(broker.port))
      _ = try wait(&connection) { _ in false }
    }
    #expect(refused?.code == .connection)
  }

  @Test(arguments: MQTTOptions.Version.allCases)
  func `user and password open the door, and what may not be sent is refused`(version: MQTTOptions.Version) throws {
    let broker = try Broker(
      "listener PORT 127.0.0.1\npassword_file FOLDER/users\nacl_file FOLDER/rules\nallow_anonymous false")
    try run("/usr/bin/mosquitto_passwd", ["-b", "-c", broker.folder.path + "/users", "camera", "secret"])
    try "user camera\ntopic readwrite yolostream/#\n".write(
      toFile: broker.folder.path + "/rules", atomically: true, encoding: .utf8)
    try broker.start()
    var options = options(broker.port)
    options.version = version
    (options.user, options.password) = ("camera", "wrong")
    var refused = try MQTTConnection(options)
    let notices = try wait(&refused) { if case .refused = $0 { true } else { false } }
    #expect(notices == [.refused(version == .v5 ? "Not authorized" : "Connection Refused: not authorised.")])
    options.password = "secret"
    var connection = try connect(options)
    let allowed = try connection.publish(MQTTMessage(topic: "yolostream/a", text: "1"))
    let denied = try connection.publish(MQTTMessage(topic: "other/a", text: "1"))
    let answers = try wait(&connection) { if case .delivered(denied, _) = $0 { true } else { false } }
    #expect(answers.contains(.delivered(id: allowed, refusal: nil)))
    // A broker of MQTT 3.1.1 has no way to say it.
    #expect(answers.contains(.delivered(id: denied, refusal: version == .v5 ? "Not authorized" : nil)))
  }

  @Test func `TLS needs the right authority and the client's certificate`() throws {
    let broker = try Broker(
      """
      listener PORT 127.0.0.1
      cafile FOLDER/ca.pem
      certfile FOLDER/server.pem
      keyfile FOLDER/server.key
      require_certificate true
      allow_anonymous true
      """)
    let folder = broker.folder.path
    for (name, subject) in [("ca", "/CN=test authority"), ("other", "/CN=another authority")] {
      try run(
        "/usr/bin/openssl",
        [
          "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", subject, "-keyout",
          "\(folder)/\(name).key",
        ]
          + ["-out", "\(folder)/\(name).pem"])
    }
    try "subjectAltName=IP:127.0.0.1".write(toFile: folder + "/names", atomically: true, encoding: .utf8)
    for name in ["server", "client"] {
      let place = "\(folder)/\(name)"
      try run(
        "/usr/bin/openssl",
        [
          "req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=\(name)", "-keyout", place + ".key", "-out",
          place + ".csr",
        ])
      try run(
        "/usr/bin/openssl",
        [
          "x509", "-req", "-in", place + ".csr", "-CA", "\(folder)/ca.pem", "-CAkey", "\(folder)/ca.key",
          "-CAcreateserial",
        ]
          + ["-days", "2", "-out", place + ".pem", "-extfile", folder + "/names"])
    }
    try broker.start()
    let address = try #require(MQTTAddress(parsing: "mqtts://127.0.0.1:\(broker.port)"))
    var options = MQTTOptions(address: address, clientID: "test")
    options.tls = .init(
      authorities: folder + "/ca.pem", certificate: folder + "/client.pem", key: folder + "/client.key")
    var connection = try connect(options)
    let id = try connection.publish(MQTTMessage(topic: "a", text: "1"))
    #expect(try wait(&connection) { $0 == .delivered(id: id, refusal: nil) }.count == 1)
    for wrong in [
      MQTTOptions.TLS(
        authorities: folder + "/other.pem", certificate: folder + "/client.pem", key: folder + "/client.key"),
      MQTTOptions.TLS(authorities: folder + "/ca.pem"),
      MQTTOptions.TLS(),
    ] {
      options.tls = wrong
      #expect(throws: MQTTError.self) {
        var connection = try MQTTConnection(options)
        _ = try wait(&connection) { $0 == .accepted }
      }
    }
    options.tls = MQTTOptions.TLS(authorities: folder + "/missing.pem")
    let error = #expect(throws: MQTTError.self) { _ = try MQTTConnection(options) }
    #expect(error?.code == .configuration && error?.description.contains("missing.pem") == true)
  }

  @Test(
    arguments: [
      ("mqtt://192.0.2.1", "mqtt://192.0.2.1:1883", nil),
      ("mqtts://broker.example", "mqtts://broker.example:8883", nil),
      ("mqtt://me:pass@[::1]:1884", "mqtt://[::1]:1884", "me"), ("http://a", nil, nil), ("mqtt://", nil, nil),
      ("mqtt://a:99999", nil, nil), ("mqtt://a/topic", nil, nil), ("broker", nil, nil),
    ] as [(String, String?, String?)])
  func `addresses are read, and shown without secrets`(text: String, shown: String?, user: String?) {
    let address = MQTTAddress(parsing: text)
    #expect(address?.description == shown)
    if let address { #expect(MQTTOptions(address: address, clientID: "a").user == user) }
  }

  @Test func `a wait is ended from outside`() throws {
    wake.wake()
    wake.wait(seconds: 60)
    let broker = try Broker()
    try broker.start()
    var connection = try connect(options(broker.port))
    wake.wake()
    #expect(try connection.notices(within: 60, or: wake).isEmpty)
  }

  private func run(_ program: String, _ arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: program)
    process.arguments = arguments
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw POSIXError(.EINVAL) }
  }
}
