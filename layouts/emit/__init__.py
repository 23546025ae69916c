"""Layouts as code: index expressions in C, Python, Triton and CuTe, proved equal before they are returned."""
