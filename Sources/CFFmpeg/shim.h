#pragma once
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/avutil.h>
#include <libavutil/display.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>

// Macros that have a cast or a call in them do not import; these stand for them.
static const int FB_AVERROR_EOF = AVERROR_EOF;
static const int FB_AVERROR_EAGAIN = AVERROR(EAGAIN);
static const int FB_AVERROR_EACCES = AVERROR(EACCES);
static const int FB_AVERROR_EIO = AVERROR(EIO);
static const int64_t FB_NO_TIME = AV_NOPTS_VALUE;

static inline int32_t fb_display_rotation(const uint8_t *matrix) {
    double angle = av_display_rotation_get((const int32_t *)matrix);
    return angle == angle ? (int32_t)(angle < 0 ? angle - 0.5 : angle + 0.5) : 0;
}

// The layouts of a channel layout are in an anonymous union, and of a resampler in a pair of structs.
static inline int fb_resampler_to_mono(
    struct SwrContext **resampler, int rate, const AVChannelLayout *layout, int format, int sourceRate) {
    AVChannelLayout mono = AV_CHANNEL_LAYOUT_MONO;
    AVChannelLayout source;
    int result;
    if (layout->order == AV_CHANNEL_ORDER_UNSPEC) {
        av_channel_layout_default(&source, layout->nb_channels);
    } else {
        result = av_channel_layout_copy(&source, layout);
        if (result < 0) return result;
    }
    result = swr_alloc_set_opts2(
        resampler, &mono, AV_SAMPLE_FMT_S16, rate, &source, (enum AVSampleFormat)format, sourceRate, 0, NULL);
    av_channel_layout_uninit(&source);
    return result < 0 ? result : swr_init(*resampler);
}
