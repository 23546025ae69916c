// What a generated program of cases needs: CuTe's headers, printing, and a loop that goes on where it is told to.
#pragma once

#include <cute/layout.hpp>
#include <cute/layout_composed.hpp>
#include <cute/swizzle_layout.hpp>

#include <cstdio>
#include <cstdlib>

using namespace cute;

template <int N>
using I = Int<N>;

template <class T>
void out(int number, T const& value) {
  printf("%d\t", number);
  print(value);
  printf("\n");
  fflush(stdout);
}

// A layout and its offset.
template <class T>
void out_pair(int number, T const& pair) {
  printf("%d\t", number);
  print(get<0>(pair));
  printf(";");
  print(get<1>(pair));
  printf("\n");
  fflush(stdout);
}

// The values of a chain, which are what it is.
template <class T>
void out_values(int number, T const& layout) {
  printf("%d\t(", number);
  for (int i = 0; i < int(size(layout)); ++i) {
    printf("%s%d", i ? "," : "", int(layout(i)));
  }
  printf(")\n");
  fflush(stdout);
}

using Case = void (*)();

template <int N>
int run(Case const (&cases)[N], int argc, char** argv) {
  for (int k = argc > 1 ? atoi(argv[1]) : 0; k < N; ++k) {
    cases[k]();
  }
  return 0;
}
