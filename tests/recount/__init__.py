"""Every fidelity measure counted a second time, from the exported files alone and without the package's own arithmetic."""
