import FreeType
public import Imaging
public import Scene

/// Draws what was found onto pictures of one layout: trails, boxes and labels, in the planes of the picture itself.
///
/// The same calls give the same bytes. One overlay serves one stream, on one thread at a time.
public struct Overlay: ~Copyable {
  /// The layout that pictures must have.
  public let layout: PixelLayout
  /// Why labels have no text, in one sentence for the user; `nil` where all is well.
  public let warning: String?

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

  /// What one class is drawn with.
  private struct Inks {
    let line, chip, text, trail: Ink
  }

  /// A zone or line as it is drawn.
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

  /// An overlay for pictures of `layout` that show objects of `classes`; fails with `badSize`.
  ///
  /// A system without a usable font is no failure: boxes are then drawn without text, and `warning` says so.
  public init(layout: PixelLayout, classes: ClassCatalogue, style: OverlayStyle = .init()) throws(ImagingError) {
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

  /// Draws `tracks` as they stand at `seconds` of the source, with the paths they took, and `untracked` objects without;
  /// below them the zones and lines of the style, with `figures` beside their names.
  /// Fails with `mismatch` if the picture is not of the overlay's layout.
  public mutating func draw(
    tracks: [Track], untracked: [Detection] = [], figures: MarkFigures? = nil, on picture: borrowing PixelBuffer,
    at seconds: Double
  ) throws(ImagingError) {
    try check(picture)
    trails.add(tracks, at: seconds)
    let subjects =
      tracks.compactMap { subject($0.detection, identity: $0.id) } + untracked.compactMap { subject($0, identity: nil) }
    picture.withView { view in
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

  /// Draws `detections`, which have no identity and so no path.
  /// Fails with `mismatch` if the picture is not of the overlay's layout.
  public mutating func draw(detections: [Detection], on picture: borrowing PixelBuffer) throws(ImagingError) {
    try check(picture)
    let subjects = detections.compactMap { subject($0, identity: nil) }
    picture.withView { view in draw(subjects, on: view) }
  }

  private func check(_ picture: borrowing PixelBuffer) throws(ImagingError) {
    guard picture.layout == layout else {
      throw ImagingError(
        .mismatch,
        "an overlay for \(layout.width)x\(layout.height) \(layout.format.rawValue) was given a picture of "
          + "\(picture.layout.width)x\(picture.layout.height) \(picture.layout.format.rawValue)")
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

  /// Boxes first and labels after all of them, so that no line crosses a text.
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
    // Whole chroma samples keep the chip's edges clean.
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

  /// What is drawn of a detection; `nil` if its box is no box or lies outside the picture.
  private func subject(_ detection: Detection, identity: Int?) -> Subject? {
    let raw = detection.box
    guard !raw.minX.isNaN, !raw.minY.isNaN, !raw.maxX.isNaN, !raw.maxY.isNaN else { return nil }
    guard raw.maxX > 0, raw.maxY > 0, raw.minX < Float(layout.width), raw.minY < Float(layout.height) else {
      return nil
    }
    // Edges on whole chroma samples are crisp in colour too; a box stays at least a few lines wide.
    func snap(_ value: Float, _ limit: Int) -> Int {
      min(Int((min(max(value, 0), Float(limit)) / 2).rounded()) * 2, limit)
    }
    let (x, y) = (snap(raw.minX, layout.width), snap(raw.minY, layout.height))
    let right = max(snap(raw.maxX, layout.width), min(x + sizes.line * 2 + 2, layout.width))
    let bottom = max(snap(raw.maxY, layout.height), min(y + sizes.line * 2 + 2, layout.height))
    let box = Box(minX: Float(x), minY: Float(y), maxX: Float(right), maxY: Float(bottom))
    return Subject(
      box: box, classID: detection.classID, label: label(detection, identity),
      place: .init(x: x, y: y, width: right - x, height: bottom - y))
  }

  /// `person 0.91 #3`.
  private func label(_ detection: Detection, _ identity: Int?) -> String {
    var text = String(classes[detection.classID].prefix(40))
    if style.showsScores, detection.score.isFinite {
      let hundredths = Int((min(max(detection.score, 0), 1) * 100).rounded())
      text += hundredths == 100 ? " 1.00" : hundredths < 10 ? " 0.0\(hundredths)" : " 0.\(hundredths)"
    }
    if style.showsIdentities, let identity { text += " #\(identity)" }
    return text
  }
}
