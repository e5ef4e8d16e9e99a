import CFFmpeg

/// Options for libav, by name.
@safe
struct OptionList: ~Copyable {
  /// Options that libav has not used yet.
  var handle: OpaquePointer?

  init(_ options: [String: String]) {
    unsafe handle = nil
    for (name, value) in options { unsafe av_dict_set(&handle, name, value, 0) }
  }

  deinit {
    var handle = unsafe handle
    unsafe av_dict_free(&handle)
  }

  /// Name of an option that was not used.
  var leftOver: String? {
    guard let entry = unsafe av_dict_get(handle, "", nil, AV_DICT_IGNORE_SUFFIX), let key = unsafe entry.pointee.key
    else { return nil }
    return unsafe String(cString: key)
  }
}
