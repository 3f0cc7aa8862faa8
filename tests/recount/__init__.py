"""Every fidelity measure counted a second time, from the exported files alone, without the package's arithmetic."""
