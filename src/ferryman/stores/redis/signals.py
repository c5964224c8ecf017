"""Signals over Redis' publish and subscribe: one subscription per store object, for whatever its callers wait for."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from typing import Any

from redis.asyncio import Redis
from redis.asyncio.client import PubSub
from redis.exceptions import RedisClusterException, RedisError

from ferryman.domain.errors import StoreUnavailable
from ferryman.store.hearing import Hearing
from ferryman.stores.redis.keys import channel, partition_of

#: A silent subscription is asked whether it is alive this often, in seconds.
ALIVE_INTERVAL = 15.0
#: A new subscription must be confirmed within this time, in seconds; else another is made, perhaps to another server.
FIRST_WORD = 1.5
#: A channel that nobody waited for during this time is left, in seconds.
CHANNEL_LIFE = 60.0
#: Pause before a broken subscription is made anew, in seconds; until then whoever waits looks at its deadline.
PAUSE = 0.5
#: A server that does not confirm a subscription within this time is taken for gone, in seconds.
CONFIRM_TIMEOUT = 5.0


class Signals:
    """Subscribes to the channels of the signals that are waited for, and tells the hearing what comes."""

    def __init__(
        self,
        prefix: str,
        shown: str,
        connect: Callable[[], Redis],
        stirred: Callable[[int | None], None],
        monotonic: Callable[[], float],
    ) -> None:
        """`stirred` is told the partition of which a signal comes; None says that any may have sent one."""
        self._prefix = prefix
        self._shown = shown
        self._connect = connect
        self._stirred = stirred
        self._monotonic = monotonic
        self._hearing = Hearing()
        #: By channel: its signal, when it was waited for last, and whether the server confirmed it.
        self._signals: dict[bytes, str] = {}
        self._wanted_at: dict[bytes, float] = {}
        self._confirmed: dict[bytes, asyncio.Event] = {}
        #: The channels that were confirmed once, though perhaps by a server that is gone.
        self._made: set[bytes] = set()
        self._subscription: PubSub | None = None
        self._listening: asyncio.Task[None] | None = None
        self._closed = False

    async def wait(self, signals: Sequence[str], timeout: float) -> None:
        """Return when one of the signals came since the caller's last wait, or after `timeout` seconds.

        The first wait for a signal returns once the server has confirmed the subscription: what was sent before is
        not known. Raises `StoreUnavailable` when it does not.
        """
        if self._closed:
            raise StoreUnavailable(f"the store {self._shown} is closed")
        if await self._subscribe(signals):
            return
        await self._hearing.wait(signals, timeout)

    async def _subscribe(self, signals: Sequence[str]) -> bool:
        """See that the signals come; return whether any was not subscribed before."""
        names = {channel(self._prefix, signal).encode(): signal for signal in signals}
        fresh = [name for name in names if name not in self._signals]
        self._signals.update(names)
        self._wanted_at.update(dict.fromkeys(names, self._monotonic()))
        for name in fresh:
            self._confirmed[name] = asyncio.Event()
        if self._listening is None or self._listening.done():
            self._listening = asyncio.create_task(self._listen(), name="ferryman-signals")
        elif fresh and self._subscription is not None:
            with contextlib.suppress(RedisError, OSError):  # the listener notices, and subscribes to all anew
                await self._subscription.subscribe(*fresh)
        waiting = [event for name in names if (event := self._confirmed.get(name)) and not event.is_set()]
        if waiting:
            await self._confirm(waiting)
        return bool(fresh)

    async def _confirm(self, events: Sequence[asyncio.Event]) -> None:
        try:
            async with asyncio.timeout(CONFIRM_TIMEOUT):
                for event in events:
                    await event.wait()
        except TimeoutError:
            raise StoreUnavailable(f"Redis at {self._shown} did not confirm a subscription in time") from None
        if self._closed:
            raise StoreUnavailable(f"the store {self._shown} is closed")

    async def _listen(self) -> None:
        """Listen until closed; after a break everybody is woken, since signals may have been missed."""
        while not self._closed:
            try:
                await self._listen_once()
            except (RedisError, RedisClusterException, OSError) as error:
                del error  # whoever waits meets the same trouble in the call that follows, and tells it
            for event in self._confirmed.values():
                event.clear()
            self._hearing.note(None)
            await asyncio.sleep(PAUSE)

    async def _listen_once(self) -> None:
        client = self._connect()
        subscription = client.pubsub()
        try:
            known = list(self._signals)
            await subscription.subscribe(*known)
            self._subscription = subscription
            # What was asked for while the connection was made.
            if late := [name for name in self._signals if name not in known]:
                await subscription.subscribe(*late)
            heard = asked = False
            while True:
                message = await subscription.get_message(timeout=ALIVE_INTERVAL if heard else FIRST_WORD)
                if message is None:
                    if asked or not heard:
                        return  # no answer to a question: the server is gone
                    await subscription.ping()
                    asked = True
                    await self._leave_unwanted(subscription)
                    continue
                heard, asked = True, False
                self._take(message["type"], message["channel"], message["data"])
        finally:
            self._subscription = None
            _cut(subscription)
            with contextlib.suppress(Exception):
                await subscription.aclose()  # type: ignore[no-untyped-call]
            if client.auto_close_connection_pool:
                with contextlib.suppress(Exception):
                    await client.aclose()

    def _take(self, kind: str, name: bytes | None, data: bytes) -> None:
        if name not in self._signals:
            return
        if kind == "subscribe":
            self._stirred(None)
            if name in self._made:
                # Made anew: what was sent since the old one broke did not come.
                self._hearing.note(frozenset([self._signals[name]]))
            self._made.add(name)
            self._confirmed[name].set()
        elif kind == "message":
            self._stirred(partition_of(data))
            self._hearing.note(frozenset([self._signals[name]]))

    @property
    def alive(self) -> bool:
        """Whether signals come: a server confirmed a subscription and has not gone since."""
        return any(event.is_set() for event in self._confirmed.values()) and not self._closed

    async def _leave_unwanted(self, subscription: PubSub) -> None:
        before = self._monotonic() - CHANNEL_LIFE
        unwanted = [name for name, at in self._wanted_at.items() if at < before]
        for name in unwanted:
            del self._signals[name], self._wanted_at[name], self._confirmed[name]
            self._made.discard(name)
        if unwanted:
            await subscription.unsubscribe(*unwanted)
        if again := [name for name in unwanted if name in self._signals]:
            await subscription.subscribe(*again)  # wanted once more, just now

    async def close(self) -> None:
        """End the subscription and wake whoever waits."""
        self._closed = True
        for event in self._confirmed.values():
            event.set()
        self._hearing.note(None)
        if self._listening is not None:
            self._listening.cancel()
            await asyncio.gather(self._listening, return_exceptions=True)


def _cut(subscription: PubSub) -> None:
    """Close the socket without a goodbye: over TLS that takes an answer, and the loop may end before it comes."""
    connection: Any = subscription.connection
    if connection is not None and connection._writer is not None:
        connection._writer.transport.abort()
