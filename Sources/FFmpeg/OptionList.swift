import CFFmpeg

/// Options by name, as libav takes them.
@safe
struct OptionList: ~Copyable {
  /// What libav has not used yet.
  var handle: OpaquePointer?

  init(_ options: [String: String]) {
    unsafe handle = nil
    for (name, value) in options { unsafe av_dict_set(&handle, name, value, 0) }
  }

  deinit {
    var handle = unsafe handle
    unsafe av_dict_free(&handle)
  }

  /// Name of one option that nobody took.
  var leftOver: String? {
    guard let entry = unsafe av_dict_get(handle, "", nil, AV_DICT_IGNORE_SUFFIX), let key = unsafe entry.pointee.key
    else { return nil }
    return unsafe String(cString: key)
  }
}
