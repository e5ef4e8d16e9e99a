import Foundation
import MQTT
import Outputs
import Pipeline
import Spooling
import Synchronization

/// What the thread of a publisher does: connects, sends, and connects again when the connection is lost.
struct PublishingWork: ~Copyable {
  /// Seconds between attempts: doubled with each, up to the last.
  private static let pauses = [0.5, 1, 2, 4, 8, 15]
  /// Seconds in which a broker must have answered.
  private static let timeout = 15.0
  /// Seconds that sending may take at the end.
  private static let farewell = 2.5

  private let publisher: MQTTPublisher
  private var form: any PublishedForm
  private let discovery: Discovery?
  private var spool: Spool
  /// When the end must be reached, once it has started; in monotonic seconds.
  private var end: Double?
  /// Attempts that failed since the broker last accepted one.
  private var failures = 0
  /// Why something could not be written to the disk; `nil` if it could.
  private var diskFailure: String?

  init(_ publisher: MQTTPublisher, spool: consuming Spool) {
    self.publisher = publisher
    self.spool = spool
    let prefix = publisher.settings.prefix
    switch publisher.settings.form {
    case .native:
      form = HomeTopics(prefix: prefix)
      discovery = publisher.settings.discovery.map { Discovery(topics: HomeTopics(prefix: prefix), prefix: $0) }
    case .run:
      form = RunTopics(prefix: prefix)
      // Nothing of a run can be switched, and it is gone when it ends.
      discovery = nil
    case .frigate:
      form = FrigateForm(prefix: prefix)
      // What announces its entities is Frigate's own integration.
      discovery = nil
    }
  }

  private static var now: Double { Double(MonotonicTime.nanoseconds) / 1e9 }

  /// Publishes until the publisher is stopped.
  mutating func run() {
    while end == nil {
      do throws(MQTTError) {
        try serve()
      } catch {
        let pause = Self.pauses[min(failures, Self.pauses.count - 1)]
        failures += 1
        publisher.shared.withLock { shared in
          shared.report.isConnected = false
          shared.report.lastFailure = error.description
        }
        let resume = Self.now + pause
        while end == nil, Self.now < resume {
          publisher.wake.wait(seconds: resume - Self.now)
          takeIntake()
        }
      }
    }
    takeIntake()
    publisher.shared.withLock { $0.report.isConnected = false }
  }

  /// One connection, until it is lost, which throws, or the publisher is stopped.
  private mutating func serve() throws(MQTTError) {
    spool.rewind()
    var options = publisher.settings.broker
    options.will = MQTTMessage(topic: form.available, text: "offline", isRetained: true)
    var connection = try MQTTConnection(options)
    var session = BrokerSession(form: form, discovery: discovery)
    let start = Self.now
    while true {
      takeIntake()
      if session.isOpen {
        try send(session.changes(to: publisher.home()), over: &connection)
        try sendEvents(over: &connection, &session)
        if let end, session.isSettled || Self.now > end { break }
      } else if end != nil {
        return
      } else if Self.now - start > Self.timeout {
        throw MQTTError.noAnswer(from: options.address)
      }
      for notice in try connection.notices(within: end == nil ? 1 : 0.1, or: publisher.wake) {
        try take(notice, over: &connection, &session)
      }
    }
    try send([MQTTMessage(topic: form.available, text: "stopped", isRetained: true)], over: &connection)
    connection.close(within: 1, publisher.wake)
  }

  private mutating func take(
    _ notice: MQTTNotice, over connection: inout MQTTConnection, _ session: inout BrokerSession
  ) throws(MQTTError) {
    switch notice {
    case .accepted:
      for filter in session.subscriptions { try connection.subscribe(to: filter) }
      try send(session.open(publisher.home()), over: &connection)
      failures = 0
      publisher.shared.withLock { shared in
        shared.report.isConnected = true
        shared.report.connections += 1
      }
    case .refused(let reason): throw MQTTError.refusal(by: publisher.settings.broker.address, reason)
    case .delivered(let id, let refusal):
      if refusal != nil { publisher.shared.withLock { $0.report.refused += 1 } }
      if let place = session.confirm(id) { acknowledge(through: place) }
    case .message(let message):
      if let command = form.command(in: message) {
        publisher.obey(command)
      } else {
        try send(session.answer(message), over: &connection)
      }
    }
  }

  private mutating func acknowledge(through place: SpoolPlace) {
    let waiting = spool.report.waiting
    do throws(SpoolError) { try spool.acknowledge(through: place) } catch { diskFailure = error.description }
    let report = spool.report
    publisher.shared.withLock { shared in
      shared.report.delivered += waiting - report.waiting
      shared.report.spool = report
    }
    publisher.progress.notify()
  }

  private mutating func send(_ messages: [MQTTMessage], over connection: inout MQTTConnection) throws(MQTTError) {
    for message in messages { _ = try connection.publish(message) }
  }

  /// Sends events that wait, as many as may be under way, each after the image that it speaks of.
  private mutating func sendEvents(
    over connection: inout MQTTConnection, _ session: inout BrokerSession
  ) throws(MQTTError) {
    while session.hasRoom {
      let next: SpoolRecord?
      do throws(SpoolError) { next = try spool.next(at: EventClock.wallMilliseconds) } catch {
        diskFailure = error.description
        return
      }
      guard let record = next else { return }
      guard let event = PublishedEvent(spooled: record.payload) else {
        skip(record, &session)
        continue
      }
      let image = event.snapshot.map { EventImage(path: $0, event: event.json) }
      let messages = form.messages(of: event) { [draw = publisher.draw] form in image.flatMap { draw($0, form) } }
      guard let last = messages.last else {
        skip(record, &session)
        continue
      }
      do throws(MQTTError) {
        try send(messages.dropLast(), over: &connection)
        session.note(try connection.publish(last), place: record.place)
      } catch  where error.code == .message {
        publisher.shared.withLock { $0.report.refused += 1 }
        skip(record, &session)
      }
    }
  }

  /// `record` is not sent, now or later.
  private mutating func skip(_ record: SpoolRecord, _ session: inout BrokerSession) {
    if let place = session.skip(record.place) { acknowledge(through: place) }
  }

  /// Puts what has come in on the disk, and notices the end.
  private mutating func takeIntake() {
    let (events, isStopping) = publisher.shared.withLock { ($0.intake, $0.isStopping) }
    if isStopping, end == nil { end = Self.now + Self.farewell }
    guard !events.isEmpty else { return }
    let (taken, lost, failure) = spool.append(events) { ($0.event.spooled, $0.milliseconds) }
    let report = spool.report
    diskFailure = failure
    publisher.shared.withLock { shared in
      // On a full disk what is left waits in memory.
      shared.intake.removeFirst(taken)
      shared.report.dropped += lost
      shared.report.spool = report
      if let failure { shared.report.lastFailure = failure }
    }
    publisher.progress.notify()
  }
}
