/// What a camera offers: formats, their sizes, and the rates of each.
public struct FormatCatalogue: Hashable, Sendable {
  /// One way to have frames.
  public struct Offer: Hashable, Sendable {
    /// How frames are sent.
    public var format: FourCC
    /// Their size.
    public var size: FrameSize
    /// The range of which `size` is an end; `nil` if it stands for itself.
    public var range: SizeRange?
    /// Frames per second, fastest first; empty if the camera does not say.
    public var rates: [Double]
    /// Whether all rates between the first and the last can be had, too.
    public var hasRatesBetween: Bool

    /// An offer from its parts.
    public init(
      format: FourCC, size: FrameSize, range: SizeRange? = nil, rates: [Double], hasRatesBetween: Bool = false
    ) {
      self.format = format
      self.size = size
      self.range = range
      self.rates = rates
      self.hasRatesBetween = hasRatesBetween
    }

    /// What its ranges hold that is nearest to a size and a rate.
    fileprivate func fitted(to size: FrameSize, rate: Double) -> Offer {
      var offer = self
      if let range { offer.size = range.nearest(to: size) }
      if hasRatesBetween, let fastest = rates.first, let slowest = rates.last {
        offer.rates = [min(max(rate, slowest), fastest)]
      }
      return offer
    }
  }

  /// Names of all formats in the camera's words, those that are not understood included.
  public var names: [(format: FourCC, name: String)] { zip(formats, formatNames).map { ($0, $1) } }
  /// Everything on offer.
  public let offers: [Offer]
  private let formats: [FourCC]
  private let formatNames: [String]

  /// A catalogue of `offers` in formats called `names`.
  public init(names: [(format: FourCC, name: String)], offers: [Offer]) {
    formats = names.map(\.format)
    formatNames = names.map(\.name)
    self.offers = offers
  }

  /// What suits `request` best, with the size and the rate to ask for; `nil` if nothing on offer is understood or in the
  /// requested format.
  ///
  /// The size that is nearest comes first, then a rate that reaches the requested one, then the cheaper format. Without
  /// requests that is 30 frames per second and at most 1280 by 720, which a detector does not need more of.
  public func best(for request: CaptureRequest) -> (offer: Offer, rate: Double?)? {
    let size = request.size ?? FrameSize(width: 1280, height: 720)
    let rate = request.rate ?? 30
    func cost(_ offer: Offer) -> (Int, Double, Int) {
      // Without a request what is too large is worse than what is too small by the same amount.
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
    // The slowest rate that is enough, so that no more frames come than were asked for.
    return (best, best.rates.filter { $0 >= rate * 0.99 }.min() ?? best.rates.max() ?? request.rate)
  }
}
