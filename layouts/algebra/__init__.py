"""The layout algebra, one file for each family of operations."""
