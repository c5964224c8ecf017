"""What happened, as the transitions wrote it down (`scripts/parts/chronicle.lua`), summed over the partitions."""

from __future__ import annotations

from ferryman.store.history import History, HistoryRequest, Sums
from ferryman.stores.redis.calls import Calls, Value
from ferryman.stores.redis.rows import lane_of

#: A clock that was set back makes a stretch of time come twice: as many more are read.
MORE = 16


async def history(calls: Calls, request: HistoryRequest) -> History:
    """Return what a request asks for; the time is the latest of the servers."""
    queues = [] if request.queue is None else [request.queue]
    tasks = [] if request.task is None else [request.task]
    most = request.buckets * request.every + MORE
    values: list[Value] = [int(request.step), most, len(queues), *queues, len(tasks), *tasks]
    answers = await calls.everywhere("read_history", *values)
    sums = Sums(request, max(int(now) for now, _ in answers) / 1_000)
    for _, lanes in answers:
        for lane, texts in lanes:
            queue, task = lane_of(lane)
            for text in texts:
                at, *counts = map(int, text.split())
                sums.add(at, queue, task, zip(counts[::2], counts[1::2], strict=True))
    return sums.history()
