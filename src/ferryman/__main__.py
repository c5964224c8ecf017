"""`python -m ferryman`: the command line, where the `ferryman` script is not on the path."""

from ferryman.cli import main

main()
