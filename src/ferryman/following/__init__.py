"""Waiting for jobs that run elsewhere: for their end, or for all that becomes of them."""

from ferryman.following.following import Following

__all__ = ["Following"]
