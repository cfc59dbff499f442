"""The environment of an installation: what `./ziyuan` sets up, starts, watches and stops.

Until the Python environment exists this runs on the system's Python, so these modules use the standard
library only; `databases` and what stands on it run inside the environment.
"""
