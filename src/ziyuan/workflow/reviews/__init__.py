"""The reviews of the One Map on the process kernel: deliveries, exceptions and bulletins, each a matter's case."""
