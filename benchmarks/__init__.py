"""Measures Ferryman on this machine: `make bench`."""
