"""What the documentation site is made with: pages written from parsers, docstrings and notebooks."""
