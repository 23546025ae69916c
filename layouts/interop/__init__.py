"""Doors to other packages: modules with their names and argument forms over this library."""
