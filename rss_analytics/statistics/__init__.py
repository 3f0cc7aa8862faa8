"""Pure functions on numbers: every statistic a report stands on, proved against published or independent results.

Knows no form, no table and no file.  Import from the module that owns the idea, for example
``from rss_analytics.statistics.proportions import wilson_interval``.
"""
