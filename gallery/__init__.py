"""Pictures of every screen for docs/gallery.md: `python -m gallery`.

The viewer must be built and ../shared/data be there. Real servers, real objects that may be shown (made ones,
or under MIT, BSD or CC0), a real browser.
"""
