"""One file a system. Each runs in an environment of its own, so none imports anything that only another has.

To add one: a file here that offers what `interface.py` asks for, a list of what it needs in
`benchmarks/peers/requirements`, and a row in `benchmarks/peers/rivals.py`.
"""
