"""The negative control: guards that make a repeated request harmless, taken out of the child processes of a test run.

Lives in the tests only. A node started with these settings forgets which commands it has carried out, so the
campaign of kills must find things done twice or refused; a check that stays green proves nothing.
"""
