#pragma once
#include <ft2build.h>
#include FT_FREETYPE_H

// Macros with casts and shifts, which Swift does not import.
static const FT_Int32 freetype_load_light = FT_LOAD_RENDER | FT_LOAD_TARGET_LIGHT;
static const FT_Long freetype_has_kerning = FT_FACE_FLAG_KERNING;
static const FT_Long freetype_is_scalable = FT_FACE_FLAG_SCALABLE;
