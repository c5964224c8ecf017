"""The dashboard: the HTTP API, and a page in front of it that shows it live. `dashboard(ferry)` is the application."""

from ferryman.dashboard.mount import dashboard

__all__ = ["dashboard"]
