"""What the library costs, next to its peers: ``python -m benchmarks`` prints a table and says which targets are met."""
