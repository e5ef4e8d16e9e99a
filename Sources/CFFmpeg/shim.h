#pragma once
#include <libavcodec/avcodec.h>
#include <libavcodec/bsf.h>
#include <libavformat/avformat.h>
#include <libavutil/avstring.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/hwcontext.h>
#include <libavutil/imgutils.h>
#include <libavutil/log.h>
#include <libavutil/murmur3.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/hmac.h>
#include <libavutil/sha.h>
#include <libswscale/swscale.h>
#include <stdlib.h>
#include <string.h>

// Wrappers for macros that Swift does not import.
static inline int yolostream_averror(int code) { return AVERROR(code); }
static inline int yolostream_averror_eof(void) { return AVERROR_EOF; }
static inline int yolostream_averror_exit(void) { return AVERROR_EXIT; }
static inline int yolostream_averror_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int yolostream_averror_decoder_missing(void) { return AVERROR_DECODER_NOT_FOUND; }
static inline int yolostream_averror_encoder_missing(void) { return AVERROR_ENCODER_NOT_FOUND; }
static inline int yolostream_averror_demuxer_missing(void) { return AVERROR_DEMUXER_NOT_FOUND; }
static inline int yolostream_averror_muxer_missing(void) { return AVERROR_MUXER_NOT_FOUND; }
static inline int yolostream_averror_protocol_missing(void) { return AVERROR_PROTOCOL_NOT_FOUND; }
static inline int yolostream_averror_stream_missing(void) { return AVERROR_STREAM_NOT_FOUND; }
static inline int yolostream_averror_option_missing(void) { return AVERROR_OPTION_NOT_FOUND; }
static inline int yolostream_averror_bad_request(void) { return AVERROR_HTTP_BAD_REQUEST; }
static inline int yolostream_averror_unauthorized(void) { return AVERROR_HTTP_UNAUTHORIZED; }
static inline int yolostream_averror_forbidden(void) { return AVERROR_HTTP_FORBIDDEN; }
static inline int yolostream_averror_http_not_found(void) { return AVERROR_HTTP_NOT_FOUND; }
static inline int yolostream_averror_http_other(void) { return AVERROR_HTTP_OTHER_4XX; }
static inline int yolostream_averror_http_server(void) { return AVERROR_HTTP_SERVER_ERROR; }
static inline int64_t yolostream_no_pts(void) { return AV_NOPTS_VALUE; }

// With libavcodec 60.31 the side data of a stream moved to its codec parameters.
static inline const int32_t *yolostream_display_matrix(const AVStream *stream) {
#if LIBAVCODEC_VERSION_INT >= AV_VERSION_INT(60, 31, 100)
  const AVPacketSideData *found = av_packet_side_data_get(
      stream->codecpar->coded_side_data, stream->codecpar->nb_coded_side_data, AV_PKT_DATA_DISPLAYMATRIX);
  return found && found->size >= 36 ? (const int32_t *)found->data : NULL;
#else
  size_t size = 0;
  const uint8_t *found = av_stream_get_side_data(stream, AV_PKT_DATA_DISPLAYMATRIX, &size);
  return found && size >= 36 ? (const int32_t *)found : NULL;
#endif
}

// Side data of a frame is a pointer to a structure.
static inline const int32_t *yolostream_frame_matrix(const AVFrame *frame) {
  const AVFrameSideData *found = av_frame_get_side_data(frame, AV_FRAME_DATA_DISPLAYMATRIX);
  return found && found->size >= 36 ? (const int32_t *)found->data : NULL;
}
// EXIF tag 274 as libav's decoders provide it, as text; 0 if there is none.
static inline int yolostream_exif_orientation(const AVFrame *frame) {
  const AVDictionaryEntry *entry = av_dict_get(frame->metadata, "Orientation", NULL, 0);
  return entry ? atoi(entry->value) : 0;
}
// These fields became flags with libavutil 58.7.
static inline int yolostream_is_interlaced(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame->flags & AV_FRAME_FLAG_INTERLACED) != 0;
#else
  return frame->interlaced_frame;
#endif
}
static inline int yolostream_begins_with_top_field(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame->flags & AV_FRAME_FLAG_TOP_FIELD_FIRST) != 0;
#else
  return frame->top_field_first;
#endif
}
// The earlier field as the container states it, for intra-only codecs: the decoders of several (Motion JPEG, HuffYUV, Ut
// Video) do not set it. 1 is the top field, 2 the bottom field, 0 neither. Of two letters the first counts, as in libav.
static inline int yolostream_stated_fields(const AVCodecParameters *parameters) {
  const AVCodecDescriptor *codec = avcodec_descriptor_get(parameters->codec_id);
  if (!codec || !(codec->props & AV_CODEC_PROP_INTRA_ONLY)) return 0;
  switch (parameters->field_order) {
  case AV_FIELD_TT: case AV_FIELD_TB: return 1;
  case AV_FIELD_BB: case AV_FIELD_BT: return 2;
  default: return 0;
  }
}
static inline int yolostream_is_keyframe(const AVFrame *frame) {
#if LIBAVUTIL_VERSION_INT >= AV_VERSION_INT(58, 7, 100)
  return (frame->flags & AV_FRAME_FLAG_KEY) != 0;
#else
  return frame->key_frame;
#endif
}

// Whether the end of an input is known: by its size, or because a playlist is complete.
static inline int yolostream_is_finite(AVFormatContext *context) {
  if (!strcmp(context->iformat->name, "hls")) return context->duration != AV_NOPTS_VALUE && context->duration > 0;
  // Some cameras state a length for endless images.
  if (!strcmp(context->iformat->name, "mpjpeg")) return 0;
  return context->pb && !(context->iformat->flags & AVFMT_NOFILE) && avio_size(context->pb) > 0;
}

// Starts the next MP4 fragment with its own time. libav checks the gap before it reads the option, so an empty packet
// of stream `index` at `ticks`, which is not written, is passed first.
static inline int yolostream_begin_discontinuity(AVFormatContext *context, int index, int64_t ticks) {
  int status = av_opt_set(context->priv_data, "movflags", "+frag_discont", 0);
  AVPacket *empty = status < 0 ? NULL : av_packet_alloc();
  if (!empty) return status < 0 ? status : AVERROR(ENOMEM);
  empty->stream_index = index;
  empty->pts = empty->dts = ticks;
  status = av_write_frame(context, empty);
  av_packet_free(&empty);
  return status;
}

// A log callback has a `va_list`, which Swift cannot receive: lines are assembled here.
typedef void (*yolostream_log_sink)(int level, const char *line);
// A static variable of a header would have no definition in Swift's object code; one inside a function has.
static inline yolostream_log_sink *yolostream_current_sink(void) {
  static yolostream_log_sink sink;
  return &sink;
}
// libav reports missing RTP packets only in its log, on the reading thread: they are counted here.
static inline int64_t *yolostream_missed_packets(void) {
  static _Thread_local int64_t count;
  return &count;
}
// Decoders that conceal damage report it only in the log, on the decoding thread: such lines are counted here.
static inline int64_t *yolostream_decoding_errors(void) {
  static _Thread_local int64_t count;
  return &count;
}
// The address that an RTSP server redirects to: libav would follow with the credentials of the first server.
static inline char *yolostream_redirection(void) {
  static _Thread_local char address[2048];
  return address;
}
// libav reports that it read a packet, or completed a frame, only in its log, if `debug` of the context is set. `end`
// is its byte position in the input, -1 if it does not read sequentially.
typedef void (*yolostream_packet_sink)(void *interrupt, int stream, int is_frame, int64_t end);
static inline yolostream_packet_sink *yolostream_current_packet_sink(void) {
  static yolostream_packet_sink sink;
  return &sink;
}
// Returns 1 if the line was one of those.
static inline int yolostream_packet_line(AVFormatContext *context, const char *format, va_list arguments) {
  int is_frame = !strncmp(format, "read_frame_internal stream=%d", 29);
  if (!is_frame && strncmp(format, "ff_read_packet stream=%d", 24)) return 0;
  va_list copy;
  va_copy(copy, arguments);
  int stream = va_arg(copy, int);
  va_end(copy);
  // An MPEG-TS packet is complete when a byte of the next TS packet (188 bytes) arrives.
  int64_t end = context->pb ? avio_tell(context->pb) - (strcmp(context->iformat->name, "mpegts") ? 0 : 188) : -1;
  if (*yolostream_current_packet_sink() && context->interrupt_callback.opaque)
    (*yolostream_current_packet_sink())(context->interrupt_callback.opaque, stream, is_frame, end);
  return 1;
}
static inline void yolostream_log_line(void *context, int level, const char *format, va_list arguments) {
  if (level == AV_LOG_DEBUG && context && !strcmp((*(const AVClass **)context)->class_name, "AVFormatContext") &&
      ((AVFormatContext *)context)->debug & FF_FDEBUG_TS && yolostream_packet_line(context, format, arguments))
    return;
  if (level <= AV_LOG_ERROR && context && !strcmp((*(const AVClass **)context)->class_name, "AVCodecContext"))
    ++*yolostream_decoding_errors();
  if (strcmp(format, "Status %d: Redirecting to %s\n") == 0) {
    va_list copy;
    va_copy(copy, arguments);
    (void)va_arg(copy, int);
    av_strlcpy(yolostream_redirection(), va_arg(copy, const char *), 2048);
    va_end(copy);
  }
  if (strncmp(format, "RTP: missed %d packets", 22) == 0) {
    va_list copy;
    va_copy(copy, arguments);
    *yolostream_missed_packets() += va_arg(copy, int);
    va_end(copy);
  }
  if (level > av_log_get_level() || !*yolostream_current_sink()) return;
  char line[1024];
  int prefix = 1;
  av_log_format_line2(context, level, format, arguments, line, sizeof line, &prefix);
  (*yolostream_current_sink())(level, line);
}
static inline void yolostream_log_capture(yolostream_log_sink sink, yolostream_packet_sink packet_sink) {
  *yolostream_current_sink() = sink;
  *yolostream_current_packet_sink() = packet_sink;
  av_log_set_callback(yolostream_log_line);
}

// Whether libav has a component of this name; kinds are those of `InstalledParts.Kind`. libav's iterators are opaque.
static inline int yolostream_has_part(int kind, const char *name) {
  void *cursor = NULL;
  const char *protocol;
  switch (kind) {
  case 0: return avcodec_find_decoder_by_name(name) != NULL;
  case 1: return avcodec_find_encoder_by_name(name) != NULL;
  case 2:
    while ((protocol = avio_enum_protocols(&cursor, 0)))
      if (strcmp(protocol, name) == 0) return 1;
    return 0;
  default:
    for (enum AVHWDeviceType type = AV_HWDEVICE_TYPE_NONE;
         (type = av_hwdevice_iterate_types(type)) != AV_HWDEVICE_TYPE_NONE;)
      if (strcmp(av_hwdevice_get_type_name(type), name) == 0) return 1;
    return 0;
  }
}

#include "fields.h"
