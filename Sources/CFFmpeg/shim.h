#pragma once
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/imgutils.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswscale/swscale.h>

// Swift does not import macros that compute: each of these gives one a name.
static inline int yolostream_averror(int code) { return AVERROR(code); }
static inline int yolostream_averror_eof(void) { return AVERROR_EOF; }
static inline int64_t yolostream_no_pts(void) { return AV_NOPTS_VALUE; }
