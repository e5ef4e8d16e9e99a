import Scene

/// A made-up object that walks at a constant speed, as a detector would see it.
struct Walker {
  /// Centre at time 0, in pixels.
  var x: Float
  var y: Float = 200
  /// Pixels a second to the right.
  var speed: Float
  var score: Float = 0.9
  var classID = 0

  func detection(at seconds: Double, score: Float? = nil) -> Detection {
    Detection(
      box: Box(centreX: x + speed * Float(seconds), centreY: y, width: 40, height: 100),
      score: score ?? self.score, classID: classID)
  }
}

/// Times of `count` frames at `rate` frames a second.
func frames(_ count: Int, rate: Double = 25) -> [Double] { (0..<count).map { Double($0) / rate } }
