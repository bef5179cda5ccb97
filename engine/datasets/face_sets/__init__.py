"""Sets of rendered faces: how they are packed into the shards that ship, and what is chosen or drawn from them."""
