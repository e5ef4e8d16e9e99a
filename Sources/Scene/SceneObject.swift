/// An object that an event is about, as it was when the event happened.
package struct SceneObject: Hashable, Sendable {
  /// Its number, unique within the camera until the program restarts: that of its first track. A parked car keeps it
  /// when it gets another track, and over a restart.
  package var identity: Int
  /// Its track as it was last seen.
  package var track: Track
  /// When it was last seen, in seconds of the source.
  package var lastSeen: Double
  /// Names of the zones it is in, in the order of the configuration.
  package var zones: [String] = []
  /// Names of all zones it has been in so far, in the order it entered them.
  package var enteredZones: [String] = []
  /// Whether it has stopped moving.
  package var isStationary = false
  /// How often it has moved to another place.
  package var positionChanges = 0
  /// How fast it is, if it is in a zone with measured sides and was there for long enough.
  package var speed: Speed?
  /// In its `start` or `active`: whether no event before has shown it active. It has come, or what stood there when the camera
  /// started moves for the first time. False in other events.
  package var isArrival = false
  /// In its `start`: where it was seen before that frame, from `track.firstSeen` on, oldest first. Empty in other events.
  package var earlierSightings: [Sighting] = []

  /// The object of `track`, last seen at `lastSeen` seconds of the source.
  package init(track: Track, lastSeen: Double) {
    identity = track.id
    self.track = track
    self.lastSeen = lastSeen
  }
}
