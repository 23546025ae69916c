// A 64 x 64 tile of halves in shared memory: copied in 16-byte chunks, read by ldmatrix.

#include <cuda_fp16.h>

#define TILE 64
constexpr int CHUNK = 8;  // halves in 16 bytes
constexpr int CHUNKS = TILE / CHUNK;

// layouts: check smem_off(row:TILE, col:TILE) bijective, equals Sw<3,3,3> o (64,64):(64,1), ldmatrix conflict-free
__device__ __forceinline__ int smem_off(int row, int col) {
    const int chunk = col / CHUNK;
    return row * TILE + (chunk ^ row % CHUNKS) * CHUNK + col % CHUNK;
}

__global__ void load_tile(const half *gmem, int ld) {
    __shared__ half smem[TILE * TILE];
    const int tid = threadIdx.x;
    for (int pass = 0; pass < 4; ++pass) {
        int row = pass * 16 + tid / CHUNKS;
        int chunk = tid % CHUNKS;
        // Every chunk is written once, at a 16-byte boundary, inside the tile.
        // layouts: check smem(tid:128, pass:4) injective, aligned CHUNK, in bounds TILE * TILE,
        //     conflict-free for st.shared.v4.b32 lanes(tid = lane + 32 * warp) over warp:4 elem 2
        *reinterpret_cast<uint4 *>(&smem[row * TILE + (chunk ^ row % CHUNKS) * CHUNK]) =
            *reinterpret_cast<const uint4 *>(&gmem[row * ld + chunk * CHUNK]);
    }
}
