"""Tries the package on inputs spoiled at random: exports, declared files and definitions of other tools."""
