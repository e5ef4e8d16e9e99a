import Foundation
import TestSupport
import Testing

@testable import Webhooks

/// What the documentation states about calls, and what a receiver gets: each must have all of the other.
@Suite struct DocumentedWebhooksTests {
  private let page = "webhooks.md"

  private var event: WebhookEvent {
    WebhookEvent(
      key: "01J00000000000000000000001", camera: "front", type: "start", label: "person", object: "01OBJECT",
      milliseconds: Int64(Date.now.timeIntervalSince1970 * 1000), json: "{\"v\":2}")
  }

  @Test func `every header of the documentation is sent, and no other`() throws {
    let table = try DocumentedTable(below: "## What is sent", of: page)
    let receiver = try WebReceiver([.status(204)])
    defer { receiver.finish() }
    var settings = WebhookSettings(name: "test", url: "http://127.0.0.1:\(receiver.port)/")
    settings.secret = "secret"
    try Webhook.test(settings, with: event)
    let head = try #require(receiver.received.first?.head)
    let sent = head.split(separator: "\r\n").compactMap { line in
      line.hasPrefix("X-") ? line.split(separator: ":").first.map(String.init) : nil
    }
    #expect(Set(sent) == Set(table.names) && sent.count == 3)
    settings.secret = nil
    try Webhook.test(settings, with: event)
    #expect(receiver.received[1].header("X-Yolostream-Signature") == nil)
  }

  @Test func `every word of a text of one's own is replaced, and every one is in the documentation`() throws {
    let documented = try DocumentedTable.code(in: DocumentedTable.section("## What is sent", of: page))
      .compactMap { $0.wholeMatch(of: /\{(\w+)\}/).map { String($0.1) } }
    #expect(Set(documented) == Set(WebhookTemplate.values(of: event).keys) && documented.count == 7)
    for word in documented {
      #expect(!WebhookTemplate.text("{\(word)}").body(of: event).text.contains("{"), "\(word)")
    }
  }
}
