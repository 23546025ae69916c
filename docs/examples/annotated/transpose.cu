// A transpose through a padded tile: 33 floats a row, so that a column touches all banks.

constexpr int TILE = 32;
constexpr int STRIDE = TILE + 1;

__global__ void transpose(const float *in, float *out, int n) {
    __shared__ float tile[TILE * STRIDE];
    const int x = threadIdx.x, y = threadIdx.y;

    // layouts: check tile(x:32, y:32) injective, in bounds TILE * STRIDE, equals (32,32):(1,33),
    //     conflict-free lanes(x = lane) elem 4
    tile[y * STRIDE + x] = in[(blockIdx.y * TILE + y) * n + blockIdx.x * TILE + x];
    __syncthreads();

    // layouts: check tile(x:32, y:32) injective, in bounds TILE * STRIDE, conflict-free lanes(x = lane) elem 4
    out[(blockIdx.x * TILE + y) * n + blockIdx.y * TILE + x] = tile[x * STRIDE + y];
}
