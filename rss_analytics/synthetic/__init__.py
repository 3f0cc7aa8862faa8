"""A seeded synthetic region whose truth is known, with or without planted faults."""
