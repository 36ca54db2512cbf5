"""What is made of a format: each module turns a `Format` into one artefact."""
