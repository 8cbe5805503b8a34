"""Movement: how the leg rises, when each sensor starts to move, and which moves first."""
