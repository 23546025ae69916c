// Enough of CUDA to run emitted device functions on a CPU: every thread is a fiber, warps meet in shuffles and barriers.
// Written from the descriptions of the instructions, and knows nothing of layouts.
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <ucontext.h>

#include <vector>

#define __device__ static
#define __forceinline__ inline

struct uint2 {
    uint32_t x, y;
};
struct alignas(16) uint4 {
    uint32_t x, y, z, w;
};
static inline uint2 make_uint2(uint32_t x, uint32_t y) { return {x, y}; }
static inline uint4 make_uint4(uint32_t x, uint32_t y, uint32_t z, uint32_t w) { return {x, y, z, w}; }

struct Meeting {
    int size = 0, arrived = 0, generation = 0;
};
struct Fiber {
    ucontext_t context;
    bool done = false;
    int lane, warp, block;
};
struct Warp {
    Meeting meeting;
    uint64_t slot[32];
    char* row[32];
};

static std::vector<Fiber> fibers;
static std::vector<Warp> warps;
static std::vector<Meeting> blocks;
static Meeting cluster;
static std::vector<char*> memories;
static size_t memory_size;
static ucontext_t scheduler;
static Fiber* self;
static int lanes_of_warp, warps_of_block;

static void yield_now() { swapcontext(&self->context, &scheduler); }

static void meet(Meeting& at) {
    int mine = at.generation;
    if (++at.arrived == at.size) {
        at.arrived = 0;
        ++at.generation;
        return;
    }
    while (at.generation == mine) yield_now();
}

static Warp& warp_of() { return warps[self->block * warps_of_block + self->warp]; }

static void full(uint32_t mask) {
    uint32_t all = lanes_of_warp == 32 ? 0xffffffffu : (1u << lanes_of_warp) - 1;
    if (mask != all) {
        printf("a mask %x\n", mask);
        exit(1);
    }
}

template <class T>
static T shuffle(T value, unsigned lane) {
    if (lane >= (unsigned)lanes_of_warp) {
        printf("lane %u\n", lane);
        exit(1);
    }
    Warp& warp = warp_of();
    memcpy(&warp.slot[self->lane], &value, sizeof(T));
    meet(warp.meeting);
    T found;
    memcpy(&found, &warp.slot[lane], sizeof(T));
    meet(warp.meeting);
    return found;
}
template <class T>
static inline T __shfl_sync(uint32_t mask, T value, unsigned lane) {
    full(mask);
    return shuffle(value, lane);
}
template <class T>
static inline T __shfl_xor_sync(uint32_t mask, T value, unsigned lane) {
    full(mask);
    return shuffle(value, self->lane ^ lane);
}
static inline void __syncwarp(uint32_t mask = 0xffffffffu) {
    full(mask);
    meet(warp_of().meeting);
}
static inline void __syncthreads() { meet(blocks[self->block]); }

static inline uint32_t __byte_perm(uint32_t a, uint32_t b, uint32_t selector) {
    uint64_t pool = (uint64_t)b << 32 | a;
    uint32_t found = 0;
    for (int k = 0; k < 4; ++k) {
        unsigned part = selector >> 4 * k & 0xf;
        uint32_t byte = pool >> 8 * (part & 7) & 0xff;
        if (part & 8) byte = byte & 0x80 ? 0xff : 0;
        found |= byte << 8 * k;
    }
    return found;
}
static inline int max(int a, int b) { return a > b ? a : b; }
static inline int min(int a, int b) { return a < b ? a : b; }
static inline unsigned max(unsigned a, unsigned b) { return a > b ? a : b; }

// Matrices: lane 8 * i + j gives row j of matrix i; lane t holds the elements 2 * (t % 4) and the next of row t / 4.
static inline uint16_t* matrix_place(int i, int p, bool transposed) {
    int t = self->lane, row = t / 4, column = 2 * (t % 4) + p;
    if (transposed) row = 2 * (t % 4) + p, column = t / 4;
    return (uint16_t*)warp_of().row[8 * i + row] + column;
}
static inline void give_rows(const void* row) {
    warp_of().row[self->lane] = (char*)row;
    if ((uintptr_t)row % 16) {
        printf("a row that is not aligned\n");
        exit(1);
    }
    meet(warp_of().meeting);
}
static void load_matrices(int count, uint32_t** words, const void* row, bool transposed) {
    give_rows(row);
    for (int i = 0; i < count; ++i) {
        uint32_t low = *matrix_place(i, 0, transposed), high = *matrix_place(i, 1, transposed);
        *words[i] = low | high << 16;
    }
    meet(warp_of().meeting);
}
static void store_matrices(int count, const uint32_t* words, void* row, bool transposed) {
    give_rows(row);
    for (int i = 0; i < count; ++i) {
        *matrix_place(i, 0, transposed) = (uint16_t)words[i];
        *matrix_place(i, 1, transposed) = (uint16_t)(words[i] >> 16);
    }
    meet(warp_of().meeting);
}
#define LDMATRIX(suffix, flag)                                                                             \
    static inline void ldmatrix_x1##suffix(uint32_t& a, const void* row) {                                \
        uint32_t* words[] = {&a};                                                                          \
        load_matrices(1, words, row, flag);                                                                \
    }                                                                                                      \
    static inline void ldmatrix_x2##suffix(uint32_t& a, uint32_t& b, const void* row) {                   \
        uint32_t* words[] = {&a, &b};                                                                      \
        load_matrices(2, words, row, flag);                                                                \
    }                                                                                                      \
    static inline void ldmatrix_x4##suffix(uint32_t& a, uint32_t& b, uint32_t& c, uint32_t& d, const void* row) { \
        uint32_t* words[] = {&a, &b, &c, &d};                                                              \
        load_matrices(4, words, row, flag);                                                                \
    }                                                                                                      \
    static inline void stmatrix_x1##suffix(void* row, uint32_t a) { store_matrices(1, &a, row, flag); }    \
    static inline void stmatrix_x2##suffix(void* row, uint32_t a, uint32_t b) {                            \
        uint32_t words[] = {a, b};                                                                         \
        store_matrices(2, words, row, flag);                                                               \
    }                                                                                                      \
    static inline void stmatrix_x4##suffix(void* row, uint32_t a, uint32_t b, uint32_t c, uint32_t d) {    \
        uint32_t words[] = {a, b, c, d};                                                                   \
        store_matrices(4, words, row, flag);                                                               \
    }
LDMATRIX(, false)
LDMATRIX(_trans, true)
#define LAYOUTS_LDMATRIX_X1
#define LAYOUTS_LDMATRIX_X2
#define LAYOUTS_LDMATRIX_X4
#define LAYOUTS_LDMATRIX_X1_TRANS
#define LAYOUTS_LDMATRIX_X2_TRANS
#define LAYOUTS_LDMATRIX_X4_TRANS
#define LAYOUTS_STMATRIX_X1
#define LAYOUTS_STMATRIX_X2
#define LAYOUTS_STMATRIX_X4
#define LAYOUTS_STMATRIX_X1_TRANS
#define LAYOUTS_STMATRIX_X2_TRANS
#define LAYOUTS_STMATRIX_X4_TRANS

// The memory of other blocks.
#define LAYOUTS_CLUSTER_BARRIER
static inline void cluster_barrier() { meet(cluster); }
static inline char* remote(const void* place, unsigned block) {
    size_t at = (const char*)place - memories[self->block];
    if (block >= memories.size() || at >= memory_size) {
        printf("block %u, place %zu\n", block, at);
        exit(1);
    }
    return memories[block] + at;
}
#define REMOTE(bits, result, type)                                              \
    static inline result remote_b##bits(const void* place, unsigned block) {    \
        type found;                                                             \
        memcpy(&found, remote(place, block), sizeof(type));                     \
        return found;                                                           \
    }
REMOTE(8, uint32_t, uint8_t)
REMOTE(16, uint32_t, uint16_t)
REMOTE(32, uint32_t, uint32_t)
REMOTE(64, uint2, uint2)
REMOTE(128, uint4, uint4)
#define LAYOUTS_REMOTE_B8
#define LAYOUTS_REMOTE_B16
#define LAYOUTS_REMOTE_B32
#define LAYOUTS_REMOTE_B64
#define LAYOUTS_REMOTE_B128
#define LAYOUTS_REMOTE_STORE_INT
#define LAYOUTS_REMOTE_STORE_DOUBLE
static inline void remote_store_int(void* place, unsigned block, int value) {
    memcpy(remote(place, block), &value, sizeof value);
}
static inline void remote_store_double(void* place, unsigned block, double value) {
    memcpy(remote(place, block), &value, sizeof value);
}

// Arrays of registers.
template <int N>
using Words = uint32_t[N];
template <int N>
using Ints = int[N];
template <int N>
using Doubles = double[N];

// One call of a function by all threads.
typedef void (*Call)(const char* src, char* dst, char* smem, unsigned lane, unsigned warp, unsigned block);
struct Case {
    Call call;
    int lanes, warps, blocks;
    size_t smem, in, out;  // bytes, those of one thread
};
static const Case* running;
static const char* inputs;
static char* outputs;

static void start() {
    Fiber& me = *self;
    size_t thread = (size_t)(me.block * warps_of_block + me.warp) * lanes_of_warp + me.lane;
    running->call(inputs + thread * running->in, outputs + thread * running->out, memories[me.block], me.lane, me.warp,
                  me.block);
    me.done = true;
    yield_now();
}

static void run(const Case& one, const char* in, char* out, bool backwards) {
    const size_t stack = 1 << 16;
    int count = one.lanes * one.warps * one.blocks;
    running = &one, inputs = in, outputs = out;
    lanes_of_warp = one.lanes, warps_of_block = one.warps, memory_size = one.smem;
    fibers = std::vector<Fiber>(count);
    warps = std::vector<Warp>(one.warps * one.blocks);
    for (Warp& warp : warps) warp.meeting.size = one.lanes;
    blocks = std::vector<Meeting>(one.blocks);
    for (Meeting& block : blocks) block.size = one.lanes * one.warps;
    cluster = Meeting();
    cluster.size = count;
    memories.clear();
    for (int b = 0; b < one.blocks; ++b) {
        memories.push_back((char*)aligned_alloc(16, (one.smem + 31) / 16 * 16));
        memset(memories[b], 0xa5, one.smem);
    }
    std::vector<char> stacks(stack * count);
    for (int k = 0; k < count; ++k) {
        Fiber& fiber = fibers[k];
        fiber.lane = k % one.lanes, fiber.warp = k / one.lanes % one.warps, fiber.block = k / one.lanes / one.warps;
        getcontext(&fiber.context);
        fiber.context.uc_stack.ss_sp = &stacks[stack * k];
        fiber.context.uc_stack.ss_size = stack;
        fiber.context.uc_link = &scheduler;
        makecontext(&fiber.context, start, 0);
    }
    bool left = true;
    for (int turn = 0; left; ++turn) {
        left = false;
        for (int n = 0; n < count; ++n) {
            Fiber& fiber = fibers[backwards ? count - 1 - n : n];
            if (fiber.done) continue;
            left = true;
            self = &fiber;
            swapcontext(&scheduler, &fiber.context);
        }
        if (turn > 100000) {
            printf("threads wait for each other\n");
            exit(1);
        }
    }
    for (char* memory : memories) free(memory);
}

static void run_all(const Case* cases, int count) {
    for (int k = 0; k < count; ++k) {
        const Case& one = cases[k];
        size_t threads = (size_t)one.lanes * one.warps * one.blocks;
        std::vector<char> in(threads * one.in), out(threads * one.out), again(out.size());
        if (fread(in.data(), 1, in.size(), stdin) != in.size()) exit(2);
        run(one, in.data(), out.data(), false);
        run(one, in.data(), again.data(), true);
        if (out != again) {
            printf("case %d depends on the order of the threads\n", k);
            exit(1);
        }
        fwrite(out.data(), 1, out.size(), stdout);
    }
}
