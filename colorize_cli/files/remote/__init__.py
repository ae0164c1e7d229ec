"""Photos and results behind URLs: object stores and web servers, through fsspec.

This package is imported only when a URL is named; it needs the extra `remote`.
"""
