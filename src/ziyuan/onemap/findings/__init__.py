"""Findings (问题) of deliveries: stored, compared with the attempt before, excepted, disputed, reported.

Import verbs from `verbs`; only verbs write. This room lies below `deliveries`.
"""
