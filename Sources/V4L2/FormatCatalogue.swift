/// The formats a camera offers, with sizes and rates.
package struct FormatCatalogue: Hashable, Sendable {
  /// One combination of format and size.
  package struct Offer: Hashable, Sendable {
    /// Pixel format or compression.
    package var format: FourCC
    /// Size of the frames.
    package var size: FrameSize
    /// The range that `size` is an end of; `nil` for a discrete size.
    package var range: SizeRange?
    /// Frames per second, fastest first; empty if the camera does not report them.
    package var rates: [Double]
    /// Whether all rates between the first and the last are available, too.
    package var hasRatesBetween: Bool

    /// An offer from its parts.
    package init(
      format: FourCC, size: FrameSize, range: SizeRange? = nil, rates: [Double], hasRatesBetween: Bool = false
    ) {
      self.format = format
      self.size = size
      self.range = range
      self.rates = rates
      self.hasRatesBetween = hasRatesBetween
    }

    /// The offer with the size and rate of its ranges that are nearest to the given ones.
    fileprivate func fitted(to size: FrameSize, rate: Double) -> Offer {
      var offer = self
      if let range { offer.size = range.nearest(to: size) }
      if hasRatesBetween, let fastest = rates.first, let slowest = rates.last {
        offer.rates = [min(max(rate, slowest), fastest)]
      }
      return offer
    }
  }

  /// The camera's names of all formats, including unsupported ones.
  package var names: [(format: FourCC, name: String)] { zip(formats, formatNames).map { ($0, $1) } }
  /// All offers.
  package let offers: [Offer]
  private let formats: [FourCC]
  private let formatNames: [String]

  /// A catalogue of `offers`; `names` are the formats with their names.
  package init(names: [(format: FourCC, name: String)], offers: [Offer]) {
    formats = names.map(\.format)
    formatNames = names.map(\.name)
    self.offers = offers
  }

  /// The best offer for `request` with the rate to set; `nil` if no offer has a supported or the requested format.
  ///
  /// The nearest size wins, then a rate that reaches the requested one, then the cheaper format. The default request
  /// is 30 frames per second and at most 1280 × 720, which is enough for a detector.
  package func best(for request: CaptureRequest) -> (offer: Offer, rate: Double?)? {
    let size = request.size ?? FrameSize(width: 1280, height: 720)
    let rate = request.rate ?? 30
    func cost(_ offer: Offer) -> (Int, Double, Int) {
      // By default too large is worse than too small by the same amount.
      let excess = request.size == nil && offer.size.area > size.area ? 4 : 1
      let distance =
        (abs(offer.size.width - size.width) + abs(offer.size.height - size.height)) * excess
      let nearest = offer.rates.map { abs($0 - rate) }.min() ?? rate
      let isFastEnough = offer.rates.contains { $0 >= rate * 0.99 }
      return (distance, isFastEnough ? 0 : nearest, FourCC.known.firstIndex(of: offer.format) ?? .max)
    }
    let usable = offers.filter { FourCC.known.contains($0.format) && (request.format ?? $0.format) == $0.format }
      .map { $0.fitted(to: size, rate: rate) }
    guard let best = usable.min(by: { cost($0) < cost($1) }) else { return nil }
    // The slowest sufficient rate, so that no more frames arrive than requested.
    return (best, best.rates.filter { $0 >= rate * 0.99 }.min() ?? best.rates.max() ?? request.rate)
  }
}
