"""Imported by the parent of all forks when it starts: it dies with the campaign, and its children die with it."""

from __future__ import annotations

from tests.faults.mortal import die_with_parent

die_with_parent()
