"""The sandbox, which takes the place of Apple and Google for simulated phones."""
