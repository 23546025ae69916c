"""Derivations: how an operation comes to its answer, step by step, or which condition fails.

The room is not called ``explain``, for ``layouts.explain`` is the function.
"""
