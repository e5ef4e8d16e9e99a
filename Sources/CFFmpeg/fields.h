#pragma once
// Needs what shim.h includes before. Plain loops in C become vectors; those over Swift's pointers do not.

// One row of the later field: kept where neither it nor its neighbours have changed since the frame before, else the mean
// of the rows above and below.
static inline void yolostream_merge_row(
    uint8_t *to, const uint8_t *row, const uint8_t *above, const uint8_t *below, const uint8_t *before,
    const uint8_t *above_before, const uint8_t *below_before, ptrdiff_t count) {
  enum { still = 6 };
  if (!before) {
    for (ptrdiff_t x = 0; x < count; x++) to[x] = (uint8_t)((above[x] + below[x] + 1) >> 1);
    return;
  }
  for (ptrdiff_t x = 0; x < count; x++) {
    int mean = (above[x] + below[x] + 1) >> 1;
    int moved = abs(row[x] - before[x]) > still || abs(above[x] - above_before[x]) > still ||
                abs(below[x] - below_before[x]) > still;
    to[x] = (uint8_t)(moved ? mean : row[x]);
  }
}

// `to`, a frame of the same size and 8-bit format, shows the earlier field of `from`, and of the later one what has not
// moved since `before` (NULL if there is none, else of the same size and format).
static inline void yolostream_merge_fields(AVFrame *to, const AVFrame *from, const AVFrame *before, int stated) {
  const AVPixFmtDescriptor *format = av_pix_fmt_desc_get((enum AVPixelFormat)from->format);
  int top_is_earlier = yolostream_is_interlaced(from) ? yolostream_begins_with_top_field(from) : stated == 1;
  int earlier = top_is_earlier ? 0 : 1;
  for (int plane = 0; plane < 3 && format && from->data[plane]; plane++) {
    int rows = plane ? AV_CEIL_RSHIFT(from->height, format->log2_chroma_h) : from->height;
    int count = av_image_get_linesize((enum AVPixelFormat)from->format, from->width, plane);
    for (int y = 0; y < rows; y++) {
      const ptrdiff_t stride = from->linesize[plane], old = before ? before->linesize[plane] : 0;
      const uint8_t *row = from->data[plane] + y * stride, *was = before ? before->data[plane] + y * old : NULL;
      uint8_t *target = to->data[plane] + y * (ptrdiff_t)to->linesize[plane];
      if ((y & 1) == earlier || rows < 2) {
        memcpy(target, row, (size_t)count);
        continue;
      }
      int up = y > 0 ? -1 : 1, down = y + 1 < rows ? 1 : -1;
      yolostream_merge_row(
          target, row, row + up * stride, row + down * stride, was, was ? was + up * old : NULL,
          was ? was + down * old : NULL, count);
    }
  }
}
