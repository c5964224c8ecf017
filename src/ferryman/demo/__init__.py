"""The demo: a small app with one task of each kind, which `ferryman dev` serves when no app is named.

It is written the way you would write yours; only its settings are read from the environment by itself
(FERRYMAN_SMTP_URL, FERRYMAN_SMTP_FROM, FERRYMAN_OUTBOX).
"""

from ferryman.demo.tasks import ferry

__all__ = ["ferry"]
