import Foundation
import MQTT
import TestSupport
import Testing

/// A broker whose packets are bent, in front of the real client.
@Suite(.serialized) struct MutatedPacketTests {
  /// A listener that answers whatever comes with `script`, and ends the connection.
  private struct Broker: ~Copyable {
    let listener: Int32
    let port: Int

    init() throws { (listener, port) = try Loopback.listen() }

    deinit { close(listener) }

    func answer(with script: [UInt8]) -> Thread {
      let listener = listener
      let thread = Thread {
        let caller = accept(listener, nil, nil)
        guard caller >= 0 else { return }
        var buffer = [UInt8](repeating: 0, count: 4096)
        _ = recv(caller, &buffer, buffer.count, 0)
        _ = send(caller, script, script.count, Int32(MSG_NOSIGNAL))
        shutdown(caller, Int32(SHUT_WR))
        // Closed with unread bytes, the connection would be reset and the last packets lost.
        while recv(caller, &buffer, buffer.count, 0) > 0 {}
        close(caller)
      }
      thread.start()
      return thread
    }
  }

  /// What a broker of `version` sends: the answer to a connection, messages of each quality of service, confirmations.
  private func packets(_ version: MQTTOptions.Version) -> [[UInt8]] {
    let isNew = version == .v5
    // MQTT 5 has properties: here their length, 0, and in the first answer the largest packet.
    let none: [UInt8] = isNew ? [0] : []
    func packet(_ kind: UInt8, _ body: [UInt8]) -> [UInt8] { [kind, UInt8(body.count)] + body }
    let topic: [UInt8] = [0, 3] + Array("a/b".utf8)
    return [
      packet(0x20, [0, 0] + (isNew ? [5, 0x27, 0, 1, 0, 0] : [])),
      packet(0x30, topic + none + Array("text".utf8)), packet(0x33, topic + [0, 7] + none + Array("text".utf8)),
      packet(0x34, topic + [0, 8] + none), packet(0x62, [0, 8]), packet(0x40, [0, 1]), packet(0x50, [0, 1]),
      packet(0x90, [0, 1] + none + [1]), packet(0xB0, [0, 2] + none), packet(0xD0, []),
    ]
  }

  /// The notices of a connection to a broker that sends `script`, until it is lost.
  private func notices(of script: [UInt8], _ version: MQTTOptions.Version, at broker: borrowing Broker) throws
    -> [MQTTNotice]
  {
    let server = broker.answer(with: script)
    var options = MQTTOptions(address: MQTTAddress(host: "127.0.0.1", port: broker.port), clientID: "bent")
    options.version = version
    let wake = try WakePipe()
    var all: [MQTTNotice] = []
    do {
      var connection = try MQTTConnection(options)
      let end = ContinuousClock.now + .seconds(30)
      var hasPublished = false
      while ContinuousClock.now < end {
        all += try connection.notices(within: 1, or: wake)
        if all.contains(.accepted), !hasPublished {
          hasPublished = true
          _ = try connection.publish(MQTTMessage(topic: "c", text: "1"))
          try connection.subscribe(to: "a/#")
        }
      }
      Issue.record("the connection outlived the broker's")
    } catch {
      #expect(error.code == .connection, "\(error)")
    }
    _ = server
    return all
  }

  @Test(arguments: MQTTOptions.Version.allCases)
  func `packets as they are reach the client`(version: MQTTOptions.Version) throws {
    let all = try notices(of: Array(packets(version).joined()), version, at: try Broker())
    #expect(all.first == .accepted)
    #expect(all.contains(.message(MQTTMessage(topic: "a/b", text: "text"))))
  }

  /// With MQTT 5 the library of Debian 12 (libmosquitto 2.0.11) ends the program when a broker sends a property that it does
  /// not know.
  @Test(arguments: [MQTTOptions.Version.v311])
  func `bent packets end the connection and nothing else`(version: MQTTOptions.Version) throws {
    let broker = try Broker()
    let corpus = packets(version)
    for seed in 0..<Mutations.count(usual: 1000) {
      var numbers = SeededNumbers(seed: seed)
      // Mostly after a connection that was accepted, as only then the others are read.
      var script = numbers.below(8) == 0 ? [] : corpus[0]
      for _ in 0...numbers.below(6) {
        var packet = corpus[numbers.below(corpus.count)]
        if numbers.below(3) > 0 { Mutations.bend(&packet, head: 6, &numbers) }
        script += packet
      }
      _ = try notices(of: script, version, at: broker)
    }
    let after = try notices(of: Array(corpus.joined()), version, at: broker)
    #expect(after.first == .accepted)
  }
}
