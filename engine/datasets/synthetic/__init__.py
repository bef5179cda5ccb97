"""Pictures and points made by a rule of this project's own, so that what they hold is known exactly."""
