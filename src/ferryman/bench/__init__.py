"""Measures a store on this machine, in a place of its own beside it: what `ferryman bench` and `make bench` share."""
