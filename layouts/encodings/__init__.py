"""Triton's layout encodings as plain values: parameters and a shape in, a LinearLayout out."""
