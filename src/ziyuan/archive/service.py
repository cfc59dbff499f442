"""The door of `archive`."""
