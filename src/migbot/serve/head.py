"""What stands in the page's `<head>`, and what the toolkit's theme is told of the same look."""

from pathlib import Path

HERE = Path(__file__).parent
STYLES = ("page.css", "panels.css")
SCRIPTS = ("page.js", "actions.js", "limits.js")

FONTS = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif")
MONO_FONTS = ("ui-monospace", "monospace")
COLOURS = {
    "body_background_fill": "#f6f4ee",
    "body_background_fill_dark": "#11181c",
    "body_text_color": "#1c262b",
    "body_text_color_dark": "#e4eae8",
}


def head_html() -> str:
    """Return the style and scripts, and the colours that a browser needs before them."""
    script = "".join((HERE / name).read_text("utf-8") for name in SCRIPTS)
    # As `css`, the toolkit would rewrite the selectors and load it late.
    style = "".join((HERE / name).read_text("utf-8") for name in STYLES)
    return (
        '<meta name="color-scheme" content="light dark">'
        '<meta name="theme-color" media="(prefers-color-scheme: light)" content="#f6f4ee">'
        '<meta name="theme-color" media="(prefers-color-scheme: dark)" content="#11181c">'
        f"<style>{style}</style><script>{script}</script>"
    )
