// The intrinsics that avx512_twin.h replaces, by the names of their twins.
#pragma once
#define __m512bh __m512i
#define __m256bh __m256i

#undef _mm512_add_ps
#define _mm512_add_ps twin_mm512_add_ps
#undef _mm512_sub_ps
#define _mm512_sub_ps twin_mm512_sub_ps
#undef _mm512_mul_ps
#define _mm512_mul_ps twin_mm512_mul_ps
#undef _mm512_div_ps
#define _mm512_div_ps twin_mm512_div_ps
#undef _mm512_max_ps
#define _mm512_max_ps twin_mm512_max_ps
#undef _mm512_min_ps
#define _mm512_min_ps twin_mm512_min_ps
#undef _mm512_scalef_ps
#define _mm512_scalef_ps twin_mm512_scalef_ps
#undef _mm512_set1_ps
#define _mm512_set1_ps twin_mm512_set1_ps
#undef _mm512_fmadd_ps
#define _mm512_fmadd_ps twin_mm512_fmadd_ps
#undef _mm512_cvtepi32_ps
#define _mm512_cvtepi32_ps twin_mm512_cvtepi32_ps
#undef _mm512_cvtps_epi32
#define _mm512_cvtps_epi32 twin_mm512_cvtps_epi32
#undef _mm512_shuffle_f32x4
#define _mm512_shuffle_f32x4 twin_mm512_shuffle_f32x4
#undef _mm512_cvtne2ps_pbh
#define _mm512_cvtne2ps_pbh twin_mm512_cvtne2ps_pbh
#undef _mm512_cvtneps_pbh
#define _mm512_cvtneps_pbh twin_mm512_cvtneps_pbh
#undef _mm512_add_epi16
#define _mm512_add_epi16 twin_mm512_add_epi16
#undef _mm512_sub_epi16
#define _mm512_sub_epi16 twin_mm512_sub_epi16
#undef _mm512_adds_epi16
#define _mm512_adds_epi16 twin_mm512_adds_epi16
#undef _mm512_mulhrs_epi16
#define _mm512_mulhrs_epi16 twin_mm512_mulhrs_epi16
#undef _mm512_add_epi32
#define _mm512_add_epi32 twin_mm512_add_epi32
#undef _mm512_max_epi32
#define _mm512_max_epi32 twin_mm512_max_epi32
#undef _mm512_or_si512
#define _mm512_or_si512 twin_mm512_or_si512
#undef _mm512_unpacklo_epi64
#define _mm512_unpacklo_epi64 twin_mm512_unpacklo_epi64
#undef _mm512_unpackhi_epi64
#define _mm512_unpackhi_epi64 twin_mm512_unpackhi_epi64
#undef _mm512_packs_epi32
#define _mm512_packs_epi32 twin_mm512_packs_epi32
#undef _mm512_packus_epi16
#define _mm512_packus_epi16 twin_mm512_packus_epi16
#undef _mm512_permutexvar_epi32
#define _mm512_permutexvar_epi32 twin_mm512_permutexvar_epi32
#undef _mm512_slli_epi16
#define _mm512_slli_epi16 twin_mm512_slli_epi16
#undef _mm512_srai_epi16
#define _mm512_srai_epi16 twin_mm512_srai_epi16
#undef _mm512_slli_epi32
#define _mm512_slli_epi32 twin_mm512_slli_epi32
#undef _mm512_srli_epi32
#define _mm512_srli_epi32 twin_mm512_srli_epi32
#undef _mm512_permutex2var_epi16
#define _mm512_permutex2var_epi16 twin_mm512_permutex2var_epi16
#undef _mm512_permutex2var_epi32
#define _mm512_permutex2var_epi32 twin_mm512_permutex2var_epi32
#undef _mm512_permutex2var_epi64
#define _mm512_permutex2var_epi64 twin_mm512_permutex2var_epi64
#undef _mm512_set1_epi16
#define _mm512_set1_epi16 twin_mm512_set1_epi16
#undef _mm512_set1_epi32
#define _mm512_set1_epi32 twin_mm512_set1_epi32
#undef _mm512_cvtepu8_epi16
#define _mm512_cvtepu8_epi16 twin_mm512_cvtepu8_epi16
#undef _mm512_cvtepu8_epi32
#define _mm512_cvtepu8_epi32 twin_mm512_cvtepu8_epi32
#undef _mm512_cvtepu16_epi32
#define _mm512_cvtepu16_epi32 twin_mm512_cvtepu16_epi32
#undef _mm512_cvtusepi32_epi8
#define _mm512_cvtusepi32_epi8 twin_mm512_cvtusepi32_epi8
#undef _mm512_maskz_loadu_epi64
#define _mm512_maskz_loadu_epi64 twin_mm512_maskz_loadu_epi64
#undef _mm512_mask_storeu_epi64
#define _mm512_mask_storeu_epi64 twin_mm512_mask_storeu_epi64
#undef _mm512_dpbusd_epi32
#define _mm512_dpbusd_epi32 twin_mm512_dpbusd_epi32
#undef _mm512_dpwssd_epi32
#define _mm512_dpwssd_epi32 twin_mm512_dpwssd_epi32
#undef _mm512_dpbf16_ps
#define _mm512_dpbf16_ps twin_mm512_dpbf16_ps
#undef _mm256_maskz_loadu_epi8
#define _mm256_maskz_loadu_epi8 twin_mm256_maskz_loadu_epi8
#undef _mm256_mask_storeu_epi8
#define _mm256_mask_storeu_epi8 twin_mm256_mask_storeu_epi8
#undef _mm256_dpbusd_epi32
#define _mm256_dpbusd_epi32 twin_mm256_dpbusd_epi32
#undef _mm256_dpbf16_ps
#define _mm256_dpbf16_ps twin_mm256_dpbf16_ps
#undef _mm512_roundscale_ps
#undef _mm512_extracti64x4_epi64
#undef _mm512_extractf32x8_ps
#undef _mm512_shuffle_i32x4
#undef _mm512_shuffle_i64x2
#define _mm_maskz_loadu_epi8(mask, from) _mm256_castsi256_si128(_mm256_maskz_loadu_epi8((uint16_t)(mask), from))
#define _mm256_dpbusd_avx_epi32 _mm256_dpbusd_epi32
#define _mm512_set_ps(...) twin_mm512_load((const float[]){TWIN_REVERSED(__VA_ARGS__)})
#define _mm512_set_epi32(...) _mm512_loadu_si512(((const int32_t[]){TWIN_REVERSED(__VA_ARGS__)}))
#define _mm512_set_epi64(h, g, f, e, d, c, b, a) _mm512_loadu_si512(((const int64_t[]){a, b, c, d, e, f, g, h}))
#define TWIN_REVERSED(p, o, n, m, l, k, j, i, h, g, f, e, d, c, b, a) a, b, c, d, e, f, g, h, i, j, k, l, m, n, o, p
#define _mm512_setzero_ps() twin_mm512_set1_ps(0)
#define _mm512_setzero_si512() twin_mm512_set1_epi32(0)
#define _mm512_loadu_ps twin_mm512_load
#define _mm512_load_ps twin_mm512_load
#define _mm512_storeu_ps twin_mm512_store
#define _mm512_store_ps twin_mm512_store
#define _mm512_loadu_si512(from) _mm512_castps_si512(twin_mm512_load(from))
#define _mm512_load_si512(from) _mm512_castps_si512(twin_mm512_load(from))
#define _mm512_store_si512(to, value) twin_mm512_store(to, _mm512_castsi512_ps(value))
#define _mm512_castps_si512(value) ((__m512i)(value))
#define _mm512_castsi512_ps(value) ((__m512)(value))
#define _mm512_castsi512_si256(value) twin_of(value).halves[0]
#define _mm512_castps512_ps256(value) twin_of_ps(value).float_halves[0]
#define _mm512_extracti64x4_epi64(value, index) twin_of(value).halves[index]
#define _mm512_extractf32x8_ps(value, index) twin_of_ps(value).float_halves[index]
#define _mm512_broadcast_f32x8(value) ((twin_vector){.float_halves = {value, value}}.f)
#define _mm512_shuffle_i32x4(a, b, order) ((__m512i)twin_mm512_shuffle_f32x4((__m512)(a), (__m512)(b), order))
#define _mm512_shuffle_i64x2 _mm512_shuffle_i32x4
#define _mm512_roundscale_ps(value, bits) twin_mm512_whole(value)
#define _mm512_rcp14_ps(value) twin_mm512_div_ps(twin_mm512_set1_ps(1), value)
#define _mm512_fmsub_ps(x, y, z) twin_mm512_fmadd_ps(x, y, twin_mm512_sub_ps(twin_mm512_set1_ps(-0.f), z))
#define _mm512_sll_epi16(value, by) twin_mm512_slli_epi16(value, (unsigned)_mm_cvtsi128_si32(by))
#define _mm512_sra_epi16(value, by) twin_mm512_srai_epi16(value, (unsigned)_mm_cvtsi128_si32(by))
