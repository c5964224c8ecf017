"""How long a feed may be in the model."""

from __future__ import annotations

from ferryman.store.messages import LARGEST_FEED, LONGEST_FEED, FeedEntry


def add(feed: list[FeedEntry], entry: FeedEntry) -> None:
    """Add an entry; the oldest make room, never the last one."""
    feed.append(entry)
    while len(feed) > LONGEST_FEED or (len(feed) > 1 and sum(len(one.data.encode()) for one in feed) > LARGEST_FEED):
        del feed[0]
