import GELAN
import Kernels
import OneDNN

/// The kernels of this package, as `Kernels/table.c` lists them.
///
/// Each kernel states what it supports and needs; Swift only queries.
enum KernelTable {
  /// A line of the table.
  @safe struct Entry: Sendable {
    // The table is constant.
    private nonisolated(unsafe) let kernel: UnsafePointer<Kernels.kernel>

    fileprivate init(_ kernel: UnsafePointer<Kernels.kernel>) { unsafe self.kernel = kernel }

    /// Algorithm and instructions, such as `direct:avx512_vnni`.
    var name: String { unsafe String(cString: kernel.pointee.name) }

    /// Whether this processor has its instructions, regardless of the cap.
    var isDetected: Bool {
      let reference = UInt32(INSTRUCTIONS_REFERENCE)
      return unsafe kernel.pointee.needs & ~(this_processor().pointee.detected | reference) == 0
    }

    /// Whether it supports `convolution`.
    func supports(_ convolution: convolution) -> Bool {
      unsafe withUnsafePointer(to: convolution) { unsafe kernel.pointee.supports($0) }
    }

    /// Bytes of packed weights, factors and biases of `convolution`.
    func preparedSize(_ convolution: convolution) -> Int {
      unsafe withUnsafePointer(to: convolution) { unsafe convolution_prepared_size(kernel, $0) }
    }

    /// Packs `weights` (out × in × k × k), one factor and one bias for each output channel, into `memory`.
    func prepare(
      _ convolution: inout convolution, weights: [Float], factors: [Float], bias: [Float], in memory: TensorMemory
    ) {
      let area = unsafe Int(convolution.kernel * convolution.kernel)
      let inputs = unsafe Int(convolution.inputs), outputs = unsafe Int(convolution.outputs)
      unsafe weights.withUnsafeBufferPointer { values in
        var filters = unsafe filters(
          values: values.baseAddress, group: outputs * inputs * area, output: inputs * area, input: area,
          is_rotated: false)
        unsafe convolution_prepare(kernel, &convolution, &filters, factors, bias, memory.base)
      }
    }

    /// Bytes of scratch memory for `threads` threads.
    func scratchSize(_ convolution: convolution, threads: Int) -> Int {
      unsafe withUnsafePointer(to: convolution) {
        unsafe convolution_scratch_size(kernel, $0, Int32(threads))
      }
    }

    /// Runs on a team of `threads`, including the calling thread.
    @unsafe func run(_ call: convolution_call, scratch: UnsafeMutableRawPointer, threads: Int) {
      unsafe withUnsafePointer(to: call) { unsafe convolution_run(kernel, $0, scratch, Int32(threads)) }
    }
  }

  /// Every kernel, in the table's order.
  static var entries: [Entry] { (0..<kernel_count()).map { unsafe Entry(kernel_at($0)) } }

  /// The best kernel for `convolution` on this processor; `nil` if oneDNN should be used.
  static func choose(_ convolution: convolution) -> Entry? {
    unsafe withUnsafePointer(to: convolution) {
      unsafe kernel_choose($0, this_processor().pointee.usable).map { unsafe Entry($0) }
    }
  }

  /// Whether a kernel multiplies `element` in `outputs` channels of `convolution`, for maps of any size.
  static func supports(
    _ convolution: Graph.Convolution, outputs: Int, reads element: MapElement, takesMeans: Bool = false,
    isImage: Bool = false, order: CompilationOptions.ChannelOrder = .blocked8
  ) -> Bool {
    func placement(_ channels: Int) -> MapPlacement { MapPlacement(order, channels: channels, height: 0, width: 0) }
    let source = isImage ? MapPlacement(planesOf: 0, by: 0) : placement(convolution.inputChannels)
    return unsafe choose(
      Kernels.convolution(
        convolution, outputs: outputs, reads: element, writes: element, takesMeans: takesMeans, source: source,
        destination: placement(outputs), addend: nil)) != nil
  }

  /// Whether a kernel of this package multiplies `element` on this processor.
  static func reads(_ element: MapElement) -> Bool {
    unsafe kernels_read(element.native, this_processor().pointee.usable)
  }
}
