"""The door of `portal`."""
