import COneDNN

/// Type of a tensor's elements.
package enum ElementType: String, Hashable, Sendable, CaseIterable {
  case f32, bf16, u8, s8, s32

  var native: dnnl_data_type_t {
    switch self {
    case .f32: dnnl_f32
    case .bf16: dnnl_bf16
    case .u8: dnnl_u8
    case .s8: dnnl_s8
    case .s32: dnnl_s32
    }
  }

  init?(_ native: dnnl_data_type_t) {
    guard let type = Self.allCases.first(where: { $0.native == native }) else { return nil }
    self = type
  }

  /// Bytes of one element.
  package var byteCount: Int {
    switch self {
    case .f32, .s32: 4
    case .bf16: 2
    case .u8, .s8: 1
    }
  }
}

/// Memory format: the order of a tensor's elements.
package enum MemoryFormat: Hashable, Sendable {
  /// Chosen by the primitive.
  case any
  /// Outermost axis first: NCHW for activations, OIHW or GOIHW for weights, one axis for a vector.
  case plain
  /// Channels innermost, NHWC (activations only).
  case channelsLast
  /// Channels in blocks of eight or sixteen innermost (activations only).
  case blocked8, blocked16

  func tag(rank: Int) -> dnnl_format_tag_t {
    switch (self, rank) {
    case (.any, _): dnnl_format_tag_any
    case (.plain, 1): dnnl_a
    case (.plain, 2): dnnl_ab
    case (.plain, 3): dnnl_abc
    case (.plain, 5): dnnl_abcde
    case (.plain, _): dnnl_abcd
    case (.channelsLast, _): dnnl_acdb
    case (.blocked8, _): dnnl_aBcd8b
    case (.blocked16, _): dnnl_aBcd16b
    }
  }
}

/// Shape, element type and memory format of a tensor.
@safe
package final class TensorLayout: @unchecked Sendable, Equatable {
  let handle: UnsafeMutablePointer<yolostream_layout>

  /// The layout of a tensor of `shape` (batch × channels × height × width for activations).
  package init(_ shape: [Int], _ type: ElementType = .f32, _ format: MemoryFormat = .plain) throws(OneDNNError) {
    var handle: UnsafeMutablePointer<yolostream_layout>?
    let dimensions = shape.map { dnnl_dim_t($0) }
    try unsafe check(
      yolostream_layout_new(
        &handle, Int32(shape.count), dimensions, type.native, format.tag(rank: shape.count)),
      "a tensor of shape \(shape)")
    unsafe self.handle = handle!
  }

  init?(adopting handle: UnsafeMutablePointer<yolostream_layout>?) {
    guard let handle = unsafe handle else { return nil }
    unsafe self.handle = handle
  }

  deinit { unsafe yolostream_layout_free(handle) }

  /// A range of channels of this layout, in place.
  package func channels(_ range: Range<Int>) throws(OneDNNError) -> TensorLayout {
    var part: UnsafeMutablePointer<yolostream_layout>?
    var dimensions = shape.map { dnnl_dim_t($0) }
    var offsets = dimensions.map { _ in dnnl_dim_t(0) }
    dimensions[1] = dnnl_dim_t(range.count)
    offsets[1] = dnnl_dim_t(range.lowerBound)
    try unsafe check(yolostream_layout_part(&part, handle, dimensions, offsets), "channels \(range) of \(shape)")
    return unsafe TensorLayout(adopting: part)!
  }

  /// Length of each axis.
  package var shape: [Int] {
    guard let dimensions = unsafe yolostream_layout_dims(handle) else { return [] }
    return unsafe (0..<Int(yolostream_layout_rank(handle))).map { unsafe Int(dimensions[$0]) }
  }

  /// Type of the elements; `nil` for types that this package does not use.
  package var elementType: ElementType? { unsafe ElementType(yolostream_layout_type(handle)) }

  /// Size in bytes including padding of blocked formats; 0 for an undefined layout.
  package var byteCount: Int { unsafe yolostream_layout_size(handle) }

  /// Whether shape, type and format are equal.
  package static func == (a: TensorLayout, b: TensorLayout) -> Bool {
    unsafe yolostream_layout_equal(a.handle, b.handle) != 0
  }
}
