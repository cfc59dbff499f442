"""The review of the One Map's deliveries on the process kernel: fills the port that the One Map asks."""
