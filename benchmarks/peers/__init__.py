"""Measures Ferryman beside other job queues, in one run on one machine: `make bench-peers`."""
