import OneDNN
import Testing

@testable import GELAN
@testable import Inference

/// What convolutions are computed with.
@Suite struct ArithmeticTests {
  @Test(arguments: [MapElement.f32, .bf16])
  func `what is not int8 is computed by dot products of bf16 alone`(_ real: MapElement) {
    let convolution = ConvolutionShape(inputs: 16, outputs: 8, height: 8, width: 8, window: .down).convolution(.silu)
    let steps = [convolution.parameters: [Float](repeating: 1, count: 8)]
    func element(_ quantisation: Quantisation, usesDots: Bool = true) -> MapElement? {
      Arithmetic(real: real, quantisation: quantisation, usesDots: usesDots).dotElement(of: convolution, outputs: 8)
    }
    // As far as this processor has the instructions.
    let isBF16 = real == .bf16 && KernelTable.reads(.bf16)
    #expect(element(Quantisation(weights: steps)) == (KernelTable.reads(.u8) ? .u8 : nil))
    #expect(element(Quantisation()) == (isBF16 ? .bf16 : nil))
    #expect(element(Quantisation(weights: steps), usesDots: false) == nil)
  }
}
