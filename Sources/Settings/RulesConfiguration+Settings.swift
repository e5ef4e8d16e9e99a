package import Rules
package import Scene

extension RulesConfiguration {
  /// The rules of `settings` for a network with `classes`. Fails with `invalid` for a class that is not among them.
  package init(_ settings: CameraSettings, classes: ClassCatalogue) throws(ConfigurationError) {
    self.init()
    let place = "cameras.\(settings.name)"
    added = settings.rules.values
    stationary.after = settings.track.stationaryAfter
    if let interval = settings.track.updates { updates = .every(interval) }
    var visits = VisitSettings()
    visits.gap = settings.visits.gap
    visits.longest = settings.visits.longest
    for (path, choice, key) in [
      (\VisitSettings.alerts, settings.visits.alerts, "alerts"),
      (\.detections, settings.visits.detections, "detections"),
    ] {
      visits[keyPath: path] = VisitSettings.Selection(
        classes: try classes.indices(of: choice.classes, at: "\(place).visits.\(key).objects"),
        zones: choice.zones.map { Set($0) })
    }
    self.visits = visits
    for section in settings.zones {
      guard let area = section.area else { continue }
      var zone = Zone(section.name, area)
      zone.anchor = section.anchor
      zone.classes = try classes.indices(of: section.classes, at: "\(place).zones.\(section.name).objects")
      zone.filter = ObjectFilter(section.filter)
      zone.hold = section.hold
      if !section.loiter.isEmpty {
        var loitering = Zone.Loitering(after: section.loiter["all"])
        loitering.ofClass = try classes.values(
          of: section.loiter.filter { $0.key != "all" }, at: "\(place).zones.\(section.name).loiter")
        loitering.isSummed = section.isLoiterSummed
        zone.loitering = loitering
      }
      zone.speed = section.speed.measure(in: area)
      zones.append(zone)
    }
    for section in settings.lines {
      guard let a = section.a, let b = section.b else { continue }
      var line = CountingLine(section.name, from: a, to: b)
      line.anchor = section.anchor
      line.classes = try classes.indices(of: section.classes, at: "\(place).lines.\(section.name).objects")
      if let names = section.directions, names.count == 2 { (line.inward, line.outward) = (names[0], names[1]) }
      lines.append(line)
    }
    filters.general.masks = settings.objectMasks
    for section in settings.filters {
      var filter = ObjectFilter(section)
      filter.masks = settings.objectMasks
      if section.name == "all" {
        filters.general = filter
      } else {
        for index in try classes.indices(of: [section.name], at: "\(place).filters") ?? [] {
          filters.ofClass[index] = filter
        }
      }
    }
  }
}

extension ObjectFilter {
  /// The filter that `section` describes, without masks.
  fileprivate init(_ section: FilterSettings) {
    self.init()
    minScore = section.minScore
    threshold = section.threshold
    area = section.minArea...max(section.minArea, section.maxArea)
    aspect = Float(section.minRatio)...Float(max(section.minRatio, section.maxRatio))
  }
}

extension ClassCatalogue {
  /// `values` by index of the class, that stand at `place` in the configuration by name or number. Fails with
  /// `invalid` for a class that is not there.
  package func values<Value>(of values: [String: Value], at place: String) throws(ConfigurationError) -> [Int: Value] {
    var byIndex: [Int: Value] = [:]
    // In order, so that a class with two names has the same value at every start.
    for (name, value) in values.sorted(by: { $0.key < $1.key }) {
      for index in try indices(of: [name], at: place) ?? [] { byIndex[index] = value }
    }
    return byIndex
  }

  /// The indices of `words`, names or numbers of classes that stand at `place` in the configuration; `nil` for `nil`, which
  /// is all. Fails with `invalid` for a class that is not there.
  package func indices(of words: [String]?, at place: String) throws(ConfigurationError) -> Set<Int>? {
    guard let words else { return nil }
    var indices: Set<Int> = []
    for word in words {
      guard let index = index(of: word) else {
        let hint = NearestName.of(word, in: names).map { "; did you mean \($0)?" } ?? ""
        throw ConfigurationError(.invalid, "\(place): the model has no class \(word)\(hint)")
      }
      indices.insert(index)
    }
    return indices
  }
}
