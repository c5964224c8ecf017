"""Runs jobs: claims as many as there are free slots, keeps their leases, reports how each ended."""
