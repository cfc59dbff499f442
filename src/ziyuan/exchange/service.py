"""The door of `exchange`."""
