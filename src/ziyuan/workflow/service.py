"""The door of `workflow`."""
