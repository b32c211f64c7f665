"""The viewer in a real browser: Debian's Chromium, driven through Playwright, against the running server."""
