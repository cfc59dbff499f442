"""Who reviews what the One Map holds: asked at a port. This room lies below all that is reviewed."""
