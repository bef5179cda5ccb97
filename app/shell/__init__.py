"""The frame around all pages: window, rail, bars, actions, notices, help."""
