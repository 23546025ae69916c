// Scale factors, written row by row with padding: 90 of them a row, 96 places.
// The stride of a group of 32 rows is a planted bug: it takes the logical width where it needs the padded one.

constexpr int WIDTH = 90;
constexpr int PADDED = 96;

// layouts: check scale_offset(r:128, k:WIDTH) injective, in bounds 128 * PADDED
__host__ __device__ inline int scale_offset(int r, int k) {
    return r / 32 * 32 * WIDTH + r % 32 * PADDED + k;
}
