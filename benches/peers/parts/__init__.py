"""What `run` and `scale` are made of."""
