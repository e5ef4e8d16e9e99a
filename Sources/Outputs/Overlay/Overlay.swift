import FreeType
package import Imaging
package import Scene

/// Draws detections and tracks on images of one layout: trails, boxes and labels, directly on the image's planes.
///
/// Deterministic. Use an overlay for one stream, on one thread at a time.
package struct Overlay: ~Copyable {
  /// The layout of the images.
  package let layout: PixelLayout
  /// Why labels have no text, as a sentence for the user; `nil` if they have.
  package let warning: String?

  private let classes: ClassCatalogue
  private let style: OverlayStyle
  private let sizes: OverlayStyle.Sizes
  private let inks: [Inks]
  private let markInks: Inks
  private let marks: [Mark]
  private var canvas: Canvas
  private var atlas: GlyphAtlas?
  private var trails: TrackTrails

  private var hasText: Bool {
    switch atlas {
    case .some: true
    case .none: false
    }
  }

  /// The inks of one class.
  private struct Inks {
    let line, chip, text, trail: Ink
  }

  /// A zone or line to draw.
  private struct Mark {
    let mark: SceneMark
    let strokes: [[Canvas.Vertex]]
    let place: LabelPlacement.Place
  }

  /// One object to draw.
  private struct Subject {
    let box: Box
    let classID: Int
    let label: String
    let place: LabelPlacement.Place
  }

  /// An overlay for images of `layout` with objects of `classes`; fails with `badSize`.
  ///
  /// A missing font is not an error: boxes are drawn without text, and `warning` states it.
  package init(layout: PixelLayout, classes: ClassCatalogue, style: OverlayStyle = .init()) throws(ImagingError) {
    self.layout = layout
    self.classes = classes
    self.style = style
    let sizes = style.sizes(width: layout.width, height: layout.height)
    self.sizes = sizes
    canvas = try Canvas(layout: layout)
    trails = TrackTrails(seconds: style.trailSeconds, step: max(2, Float(sizes.line) * 2))
    inks = ClassPalette.all.map { colour in
      Inks(
        line: Ink(colour, for: layout), chip: Ink(colour, opacity: 0.92, for: layout),
        text: Ink(colour.readableText, for: layout), trail: Ink(colour, opacity: 0.85, for: layout))
    }
    let yellow = Colour(hex: 0xFFD400)
    markInks = Inks(
      line: Ink(yellow, opacity: 0.9, for: layout), chip: Ink(yellow, opacity: 0.8, for: layout),
      text: Ink(yellow.readableText, for: layout), trail: Ink(yellow, opacity: 0.9, for: layout))
    marks = style.marks.map { mark in
      Mark(
        mark: mark,
        strokes: mark.strokes(width: layout.width, height: layout.height, head: Float(sizes.line) * 6),
        place: mark.place(width: layout.width, height: layout.height))
    }
    var reason: String?
    atlas = style.showsLabels ? Self.openAtlas(style, pixelSize: sizes.text, reason: &reason) : nil
    warning = reason.map { "boxes are drawn without text: \($0); on Debian install fonts-dejavu-core" }
  }

  private static func openAtlas(_ style: OverlayStyle, pixelSize: Int, reason: inout String?) -> GlyphAtlas? {
    for path in [style.fontPath, FontSearch.find()] {
      guard let path else { continue }
      do throws(FreeTypeError) {
        let atlas = try GlyphAtlas(path: path, pixelSize: pixelSize)
        reason = nil
        return atlas
      } catch {
        reason = error.description
      }
    }
    reason = reason ?? "no font was found where systems usually keep them"
    return nil
  }

  /// Draws `tracks` at `seconds` of the source with their trails and `speeds` (by identity), and `untracked` detections without; below them the
  /// zones and lines of the style, with `figures` next to their names. Fails with `mismatch` for an image of another
  /// layout.
  package mutating func draw(
    tracks: [Track], untracked: [Detection] = [], speeds: [Int: Speed] = [:], figures: MarkFigures? = nil,
    on image: borrowing PixelBuffer,
    at seconds: Double
  ) throws(ImagingError) {
    try check(image)
    trails.add(tracks, at: seconds)
    let subjects =
      tracks.compactMap { subject($0.detection, identity: $0.id, speed: speeds[$0.id]) }
      + untracked.compactMap { subject($0, identity: nil) }
    image.withView { view in
      draw(marks, figures, on: view)
      if style.trailSeconds > 0 {
        for track in tracks {
          let line = trails.line(of: track.id, at: seconds)
          let ink = inks[ClassPalette.index(track.detection.classID)].trail
          canvas.stroke(line, width: sizes.trail, with: ink, on: view)
        }
      }
      draw(subjects, on: view)
    }
  }

  /// Draws `detections` without identities and trails. Fails with `mismatch` for an image of another layout.
  package mutating func draw(detections: [Detection], on image: borrowing PixelBuffer) throws(ImagingError) {
    try check(image)
    let subjects = detections.compactMap { subject($0, identity: nil) }
    image.withView { view in draw(subjects, on: view) }
  }

  private func check(_ image: borrowing PixelBuffer) throws(ImagingError) {
    guard image.layout == layout else {
      throw ImagingError(
        .mismatch,
        "an overlay for \(layout.width)x\(layout.height) \(layout.format.rawValue) was given an image of "
          + "\(image.layout.width)x\(image.layout.height) \(image.layout.format.rawValue)")
    }
  }

  private mutating func draw(_ marks: [Mark], _ figures: MarkFigures?, on view: borrowing ImageView) {
    for mark in marks {
      for stroke in mark.strokes { canvas.stroke(stroke, width: sizes.trail, with: markInks.line, on: view) }
    }
    guard style.showsLabels, hasText else { return }
    var placement = LabelPlacement(width: layout.width, height: layout.height)
    for mark in marks {
      let text = figures?.text(mark.mark) ?? mark.mark.name
      drawLabel(String(text.prefix(60)), at: mark.place, with: markInks, &placement, on: view)
    }
  }

  /// Draws all boxes, then all labels, so that no line crosses a text.
  private mutating func draw(_ subjects: [Subject], on view: borrowing ImageView) {
    for subject in subjects {
      let ink = inks[ClassPalette.index(subject.classID)].line
      canvas.outline(subject.box, width: Float(sizes.line), radius: Float(sizes.radius), with: ink, on: view)
    }
    guard style.showsLabels, hasText else { return }
    var placement = LabelPlacement(width: layout.width, height: layout.height)
    for subject in subjects {
      let inks = inks[ClassPalette.index(subject.classID)]
      drawLabel(subject.label, at: subject.place, with: inks, &placement, on: view)
    }
  }

  private mutating func drawLabel(
    _ label: String, at box: LabelPlacement.Place, with inks: Inks, _ placement: inout LabelPlacement,
    on view: borrowing ImageView
  ) {
    let line = atlas?.line(label) ?? GlyphAtlas.Line()
    let capital = atlas?.capitalHeight ?? sizes.text
    // Aligned to chroma samples, so that the edges of the background are clean.
    let height = (capital + sizes.padY * 2 + 2 + 1) & ~1
    let width = (line.width + sizes.padX * 2 + 1) & ~1
    let place = placement.place(width: width, height: height, at: box)
    let chip = Box(
      minX: Float(place.x), minY: Float(place.y), maxX: Float(place.x + width), maxY: Float(place.y + height))
    canvas.fill(chip, radius: Float(sizes.radius), with: inks.chip, on: view)
    let baseline = place.y + (height + capital) / 2
    let glyphs = line.glyphs.map { ($0.bitmap, $0.x + place.x + sizes.padX, $0.y + baseline) }
    canvas.draw(glyphs, with: inks.text, on: view)
  }

  /// How to draw a detection; `nil` if its box is invalid or outside the image.
  private func subject(_ detection: Detection, identity: Int?, speed: Speed? = nil) -> Subject? {
    let raw = detection.box
    guard !raw.minX.isNaN, !raw.minY.isNaN, !raw.maxX.isNaN, !raw.maxY.isNaN else { return nil }
    guard raw.maxX > 0, raw.maxY > 0, raw.minX < Float(layout.width), raw.minY < Float(layout.height) else {
      return nil
    }
    // Edges aligned to chroma samples have crisp colours; a box is at least a few lines wide.
    func snap(_ value: Float, _ limit: Int) -> Int {
      min(Int((min(max(value, 0), Float(limit)) / 2).rounded()) * 2, limit)
    }
    let (x, y) = (snap(raw.minX, layout.width), snap(raw.minY, layout.height))
    let right = max(snap(raw.maxX, layout.width), min(x + sizes.line * 2 + 2, layout.width))
    let bottom = max(snap(raw.maxY, layout.height), min(y + sizes.line * 2 + 2, layout.height))
    let box = Box(minX: Float(x), minY: Float(y), maxX: Float(right), maxY: Float(bottom))
    return Subject(
      box: box, classID: detection.classID, label: label(detection, identity, speed),
      place: .init(x: x, y: y, width: right - x, height: bottom - y))
  }

  /// `car 0.91 #3 47 km/h`.
  private func label(_ detection: Detection, _ identity: Int?, _ speed: Speed?) -> String {
    var text = String(classes[detection.classID].prefix(40))
    if style.showsScores, detection.score.isFinite {
      let hundredths = Int((min(max(detection.score, 0), 1) * 100).rounded())
      text += hundredths == 100 ? " 1.00" : hundredths < 10 ? " 0.0\(hundredths)" : " 0.\(hundredths)"
    }
    if style.showsIdentities, let identity { text += " #\(identity)" }
    if let speed, abs(speed.value) < 10_000 { text += " \(Int(speed.value.rounded())) \(speed.unit.rawValue)" }
    return text
  }
}
