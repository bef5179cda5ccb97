"""Controls shared by the panels: they show what they are told and say what a person did; none knows the store."""
