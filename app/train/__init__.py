"""Train: choose pictures and a kind of model, watch it learn, go on exploring meanwhile."""
