"""The page among the routes of the server, with what the toolkit offers besides switched off."""

import gradio as gr
from starlette.applications import Starlette

from migbot.serve.head import COLOURS, FONTS, HERE, MONO_FONTS, head_html
from migbot.serve.page import Page
from migbot.settings import Settings


def mount(application: Starlette, page: Page, settings: Settings) -> Starlette:
    """Put the page at the root of `application` and return it."""
    mounted: Starlette = gr.mount_gradio_app(
        application,
        page.blocks,
        path="/",
        server_name=settings.host,
        server_port=settings.port,
        footer_links=[],
        run_history=False,
        app_kwargs={"docs_url": None, "redoc_url": None, "openapi_url": None},
        allowed_paths=[],
        blocked_paths=[str(path) for path in (settings.corpus, settings.index, settings.models)],
        favicon_path=str(HERE / "favicon.svg"),
        show_error=False,
        max_file_size=1,
        ssr_mode=False,
        enable_monitoring=False,
        pwa=False,
        mcp_server=False,
        # The visitor's own fonts, and page colours that are known before the style sheet.
        theme=gr.themes.Base(font=FONTS, font_mono=MONO_FONTS).set(**COLOURS),
        head=head_html(),
    )
    return mounted
