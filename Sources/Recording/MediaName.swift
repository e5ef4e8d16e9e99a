import Outputs

/// The name of a recorded file: what it shows and when, and where it lies below the folder of recordings:
/// `CAM/2026-11-23/18/CAM_20261123T183927.123Z_person_<id>.mp4`.
///
/// An object that stops and moves again days later has files of each movement, so their time is that of the movement: of a
/// clip when its first packet arrived, of a trace that of its clip. All times are UTC. Nothing that is not called so is ever
/// taken for a recording.
package struct MediaName: Hashable, Sendable {
  /// Kinds of recordings, by the ending of their files.
  package enum Kind: String, Hashable, Sendable {
    case clip = "mp4"
    case snapshot = "jpg"
    /// Where the object was while its clip runs.
    case trace = "json"
  }

  let camera: String
  /// `20261123T183927.123Z`; sorts as time does.
  let time: String
  let label: String
  /// The identifier of the event.
  let identifier: String
  let kind: Kind

  /// A name for what `camera` showed at `milliseconds` since 1970.
  init(camera: String, milliseconds: Int64, label: String, identifier: String, kind: Kind) {
    self.init(camera: camera, time: Self.time(milliseconds), label: label, identifier: identifier, kind: kind)
  }

  private init(camera: String, time: String, label: String, identifier: String, kind: Kind) {
    self.camera = camera
    self.time = time
    self.label = Self.plain(label)
    self.identifier = identifier
    self.kind = kind
  }

  /// Reads a file's name; `nil` for any that this program does not write.
  init?(parsing name: some StringProtocol) {
    guard name.utf8.count <= 160, let dot = name.lastIndex(of: "."),
      let kind = Kind(rawValue: String(name[name.index(after: dot)...]))
    else { return nil }
    let parts = name[..<dot].split(separator: "_", omittingEmptySubsequences: false)
    guard parts.count >= 4 else { return nil }
    let camera = parts.dropLast(3).joined(separator: "_")
    let (time, label, identifier) = (parts[parts.count - 3], parts[parts.count - 2], parts[parts.count - 1])
    guard Self.isCamera(camera), Self.isTime(time), (1...40).contains(label.count),
      label.allSatisfy(Self.isPlain), Self.isIdentifier(identifier)
    else { return nil }
    self.camera = camera
    self.time = String(time)
    self.label = String(label)
    self.identifier = String(identifier)
    self.kind = kind
  }

  /// The class in the name of the file at `path`; `nil` for a file that is no recording.
  package static func label(of path: String) -> String? {
    MediaName(parsing: path.split(separator: "/").last ?? "")?.label
  }

  /// The name of the trace that the object of the event `identifier` leaves in this clip. Others may share the clip.
  func trace(of identifier: String, label: String) -> MediaName {
    MediaName(camera: camera, time: time, label: label, identifier: identifier, kind: .trace)
  }

  /// The folder, below that of all recordings.
  var folder: String { "\(camera)/\(day)/\(hour)" }
  /// The name of the file.
  var file: String { "\(camera)_\(time)_\(label)_\(identifier).\(kind.rawValue)" }

  /// `2026-11-23`.
  var day: String { Self.day(of: time) }
  /// `18`.
  var hour: String { Self.hour(of: time) }

  /// The day of a time as names have it.
  static func day(of time: String) -> String {
    let digits = Array(time)
    return "\(String(digits[0..<4]))-\(String(digits[4..<6]))-\(String(digits[6..<8]))"
  }

  /// The hour of a time as names have it.
  static func hour(of time: String) -> String { String(Array(time)[9..<11]) }

  /// `label` as names have it. Classes may be called anything: what is no letter or digit becomes a hyphen.
  static func plain(_ label: String) -> String {
    let plain = label.prefix(40).map { isPlain($0) ? $0 : "-" }
    return plain.isEmpty ? "object" : String(plain)
  }

  /// `20261123T183927.123Z`.
  static func time(_ milliseconds: Int64) -> String {
    EventClock.text(milliseconds).filter { $0 != "-" && $0 != ":" }
  }

  /// Whether `text` may be the name of a camera, as configurations have them, or `BOX.CAMERA` in a collector.
  static func isCamera(_ text: some StringProtocol) -> Bool {
    (1...2).contains(text.split(separator: ".", omittingEmptySubsequences: false).count)
      && text.split(separator: ".", omittingEmptySubsequences: false).allSatisfy { part in
        (1...40).contains(part.count) && part.allSatisfy { isPlain($0) || $0 == "_" }
      }
  }
  /// Whether `text` is a time such as `20261123T183927.123Z`.
  static func isTime(_ text: some StringProtocol) -> Bool { matches(text, "00000000T000000.000Z") }
  /// Whether `text` is a day such as `2026-11-23`.
  static func isDay(_ text: some StringProtocol) -> Bool { matches(text, "0000-00-00") }
  /// Whether `text` is an hour such as `18`.
  static func isHour(_ text: some StringProtocol) -> Bool { matches(text, "00") }
  /// Whether `text` is the identifier of an event: a ULID.
  package static func isIdentifier(_ text: some StringProtocol) -> Bool {
    SortableIdentifier.isValid(text)
  }

  private static func isPlain(_ character: Character) -> Bool {
    character.isASCII && (character.isLetter || character.isNumber || character == "-")
  }

  /// Whether `text` is `form` with any digits for its zeros.
  private static func matches(_ text: some StringProtocol, _ form: String) -> Bool {
    text.utf8.count == form.utf8.count
      && zip(text.utf8, form.utf8).allSatisfy { $1 == UInt8(ascii: "0") ? (0x30...0x39).contains($0) : $0 == $1 }
  }
}
