"""What learns: the data and families to choose from, the run that trains, and the moment of it one looks at."""
