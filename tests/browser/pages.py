"""The pages of the dashboard, by the name that tests and pictures give them."""

from __future__ import annotations

#: The path of each, in which {told} and the like are ids of jobs that seeds.py submits.
PAGES = {
    "overview": "",
    "queues": "queues",
    "queue": "queues/reports",
    "jobs": "jobs",
    "jobs-found": "jobs?query=state:failed",
    "job-completed": "jobs/{told}",
    "job-failed": "jobs/{failed}",
    "job-running": "jobs/{running}",
    "job-waiting": "jobs/{paused}",
    "failures": "failures",
    "tasks": "tasks",
    "task": "tasks/countdown",
    "workers": "workers",
    "nowhere": "nowhere",
}
