import Evaluation
import Foundation

/// A row of a results file, as any other tool would read it.
struct ResultRow: Decodable {
  let imageId: Int
  let categoryId: Int
  let bbox: [Double]
  let score: Double
  let fileName: String?

  static func read(_ file: URL) throws -> [ResultRow] {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode([ResultRow].self, from: Data(contentsOf: file))
  }

  var box: PreciseBox { PreciseBox(left: bbox[0], top: bbox[1], width: bbox[2], height: bbox[3]) }
}
