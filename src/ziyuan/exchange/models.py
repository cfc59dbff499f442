"""Tables of this component, gathered from its rooms."""
