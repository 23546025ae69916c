"""Tensors: a layout with an offset over a buffer, or over none, their views and partitions, and what moves elements."""
