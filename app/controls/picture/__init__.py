"""One large picture: where it stands, how it is enlarged, what is written over it."""
