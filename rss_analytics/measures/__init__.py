"""Turns declared measures into numbers: one ibis expression a measure, then judged in the open."""
