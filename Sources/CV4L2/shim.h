#pragma once
#include <errno.h>
#include <linux/videodev2.h>
#include <sys/ioctl.h>

// The ioctl requests are macros with casts, which Swift does not import: each becomes a typed function that restarts
// after a signal and returns 0 or the error number.
#define YOLOSTREAM_REQUEST(name, request, type)                                   \
  static inline int yolostream_v4l2_##name(int descriptor, type *argument) {      \
    int status;                                                                   \
    do status = ioctl(descriptor, request, argument);                             \
    while (status == -1 && errno == EINTR);                                       \
    return status == -1 ? errno : 0;                                              \
  }
YOLOSTREAM_REQUEST(query_capabilities, VIDIOC_QUERYCAP, struct v4l2_capability)
YOLOSTREAM_REQUEST(enumerate_formats, VIDIOC_ENUM_FMT, struct v4l2_fmtdesc)
YOLOSTREAM_REQUEST(enumerate_sizes, VIDIOC_ENUM_FRAMESIZES, struct v4l2_frmsizeenum)
YOLOSTREAM_REQUEST(enumerate_intervals, VIDIOC_ENUM_FRAMEINTERVALS, struct v4l2_frmivalenum)
YOLOSTREAM_REQUEST(set_format, VIDIOC_S_FMT, struct v4l2_format)
YOLOSTREAM_REQUEST(set_parameters, VIDIOC_S_PARM, struct v4l2_streamparm)
YOLOSTREAM_REQUEST(query_control, VIDIOC_QUERYCTRL, struct v4l2_queryctrl)
YOLOSTREAM_REQUEST(set_control, VIDIOC_S_CTRL, struct v4l2_control)
YOLOSTREAM_REQUEST(request_buffers, VIDIOC_REQBUFS, struct v4l2_requestbuffers)
YOLOSTREAM_REQUEST(query, VIDIOC_QUERYBUF, struct v4l2_buffer)
YOLOSTREAM_REQUEST(queue, VIDIOC_QBUF, struct v4l2_buffer)
YOLOSTREAM_REQUEST(dequeue, VIDIOC_DQBUF, struct v4l2_buffer)
YOLOSTREAM_REQUEST(start, VIDIOC_STREAMON, int)
#undef YOLOSTREAM_REQUEST

// The kernel's buffer struct has pointers for other I/O methods: this has what memory mapping needs.
struct yolostream_v4l2_frame {
  unsigned index, length, offset;
  unsigned byte_count, sequence;
  double seconds;
  int is_damaged;
};
static inline int yolostream_v4l2_buffer_call(
    int descriptor, int (*call)(int, struct v4l2_buffer *), struct yolostream_v4l2_frame *frame) {
  struct v4l2_buffer buffer = {
      .index = frame->index, .type = V4L2_BUF_TYPE_VIDEO_CAPTURE, .memory = V4L2_MEMORY_MMAP};
  int status = call(descriptor, &buffer);
  if (status == 0) {
    frame->index = buffer.index;
    frame->length = buffer.length;
    frame->offset = buffer.m.offset;
    frame->byte_count = buffer.bytesused;
    frame->sequence = buffer.sequence;
    frame->seconds = buffer.timestamp.tv_sec + buffer.timestamp.tv_usec / 1e6;
    frame->is_damaged = (buffer.flags & V4L2_BUF_FLAG_ERROR) != 0;
  }
  return status;
}
static inline int yolostream_v4l2_query_buffer(int descriptor, struct yolostream_v4l2_frame *frame) {
  return yolostream_v4l2_buffer_call(descriptor, yolostream_v4l2_query, frame);
}
static inline int yolostream_v4l2_queue_buffer(int descriptor, struct yolostream_v4l2_frame *frame) {
  return yolostream_v4l2_buffer_call(descriptor, yolostream_v4l2_queue, frame);
}
static inline int yolostream_v4l2_dequeue_buffer(int descriptor, struct yolostream_v4l2_frame *frame) {
  return yolostream_v4l2_buffer_call(descriptor, yolostream_v4l2_dequeue, frame);
}

// A macro with a shift.
static inline unsigned yolostream_v4l2_next_control(void) { return V4L2_CTRL_FLAG_NEXT_CTRL; }
