import GRDB

extension EventDatabase {
  /// Objects that have started and not ended, and visits that are not over, by rising identifier. Throws `inputOutput` or
  /// `damaged`.
  package func unfinished() async throws(EventStoreError) -> (objects: [StoredEvent], visits: [StoredEvent]) {
    try await reading { db in
      let objects = try String.fetchAll(
        db,
        sql: """
          SELECT tag.event FROM tag JOIN event ON event.id = tag.event WHERE tag.tag = ? AND NOT event.is_over
          ORDER BY tag.event
          """, arguments: [EventTag.type("start").text])
      let visits = try String.fetchAll(
        db,
        sql: """
          SELECT tag.event FROM tag JOIN event ON event.id = tag.event JOIN line ON line.number = event.last
          WHERE tag.tag = ? AND NOT instr(line.text, '"phase":"end"') ORDER BY tag.event
          """, arguments: [EventTag.type(EventLine.visitType).text])
      return (try StoredEvent.fetch(objects, in: db), try StoredEvent.fetch(visits, in: db))
    }
  }
}
