"""Benchmarks of the trial engine: floors, the product, and the aims it is held to."""
