"""Format documents: read tolerantly, found by any name, kept between runs."""
