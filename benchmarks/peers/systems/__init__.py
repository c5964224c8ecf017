"""One file a system. Each runs in an environment of its own, so none imports anything that only another has."""
