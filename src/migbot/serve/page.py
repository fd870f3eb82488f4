"""The page: the toolkit's components around the HTML of `render`, and what happens on each event.

Every handler is a coroutine, so visits change on the server's event loop only and need no lock.
The toolkit keeps one visit a session on the server; the browser sends the question and no more.
"""

import asyncio
import os
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from typing import Any

# The toolkit reads these when it is imported: no telemetry, no record of runs, no call home. Nor a
# table of the last ten thousand calls, which it would make up anew after each.
os.environ.update(
    GRADIO_ANALYTICS_ENABLED="False",
    GRADIO_ANALYTICS_MAX_EVENTS="1",
    GRADIO_ANALYTICS_CACHE_FREQUENCY=str(2**31),
    GRADIO_RUN_HISTORY="False",
    HF_HUB_OFFLINE="1",
)

import gradio as gr

from migbot.answer.support import SupportChecker
from migbot.serve import notices, render
from migbot.serve.about import Listing, about_html
from migbot.serve.arrival import arrival, visit_anew
from migbot.serve.asking import ask
from migbot.serve.conversation import Visit
from migbot.serve.desk import Desk
from migbot.serve.export import exports_html
from migbot.serve.feedback import JUDGEMENTS, Judgement, judge
from migbot.serve.page_calls import PageCalls
from migbot.serve.rate import Rate, visitor_from
from migbot.serve.staff import claims_heading_html, told_claim
from migbot.serve.strings import STRINGS
from migbot.settings import Settings
from migbot.types import Document, Language

Update = dict[Any, Any]

# Memory is bounded: beyond so many visits, or as many as may wait where that is more, the one
# unused for the longest time is forgotten, and each is that long after its last change.
KEPT_VISITS = 500
KEPT_VISIT_S = 8 * 3600
# The desk alone bounds and orders who asks: so many calls run besides those it has places for, to
# be told that it is full, and so many more may be held before the toolkit turns them away.
CALLS_BESIDES = 40
HELD_CALLS = 2000


class Page:
    """The components of the page and their handlers. `blocks` is what is served."""

    def __init__(
        self,
        desk: Desk,
        settings: Settings,
        documents: Mapping[str, Document],
        rate: Rate,
        checker: SupportChecker | None = None,
        build_id: Callable[[], str | None] = lambda: None,
    ) -> None:
        """`checker` grades the claims of staff; None where claims cannot be checked.

        `build_id` tells which index `documents` are of, while they may become others.
        """
        self._desk = desk
        self._settings = settings
        self._documents = documents
        self._listing = Listing(documents, build_id)
        self._rate = rate
        self._checker = checker
        with gr.Blocks(title="migbot", analytics_enabled=False, fill_width=True) as self.blocks:
            self._lay_out()
            self._connect()
        running = settings.waiting_visitors + CALLS_BESIDES
        self.blocks.state_session_capacity = max(KEPT_VISITS, settings.waiting_visitors)
        self.blocks.queue(max_size=running + HELD_CALLS, api_open=False)
        # By itself the toolkit runs 40 calls at once; whoever comes after them would see nothing.
        self.blocks._queue.max_thread_count = running  # noqa: SLF001 - `max_threads` is of threads too
        inputs = {number: len(event.inputs) for number, event in self.blocks.fns.items()}
        self.calls = PageCalls(inputs, self._waits)

    def _waits(self, session: str) -> bool:
        """Tell whether a session has asked for something that its browser may listen to."""
        return session in self.blocks._queue.pending_messages_per_session  # noqa: SLF001 - no other way to ask

    def _lay_out(self) -> None:
        html: dict[str, Any] = {"js_on_load": None, "apply_default_css": False}
        self._visit = gr.State(None, time_to_live=KEPT_VISIT_S)
        with gr.Row(elem_id="mb-top"):
            self._header = gr.HTML(elem_id="mb-header", **html)
            self._new = gr.Button("", elem_id="mb-new", elem_classes="mb-quiet")
            self._about_open = gr.Button("", elem_id="mb-about-open", elem_classes="mb-quiet")
            self._switch = gr.Button("", elem_id="mb-switch", elem_classes="mb-quiet")
        with gr.Column(elem_id="mb-main"):
            self._welcome = gr.HTML(elem_id="mb-welcome", **html)
            with gr.Row(elem_id="mb-examples"):
                self._examples = tuple(
                    gr.Button("", elem_classes="mb-example") for _ in STRINGS["fr"].examples
                )
            self._conversation = gr.HTML(elem_id="mb-conversation", **html)
            self._exports = gr.HTML(elem_id="mb-exports", **html)
            with gr.Column(elem_id="mb-claims", visible=False) as self._claims:
                self._claims_heading = gr.HTML(elem_id="mb-claims-heading", **html)
                with gr.Row(elem_id="mb-claim-row"):
                    self._claim = gr.Textbox(
                        elem_id="mb-claim", lines=2, container=False, show_label=False
                    )
                    self._check = gr.Button("", elem_id="mb-check")
                self._graded = gr.HTML(elem_id="mb-graded", **html)
        with gr.Column(elem_id="mb-dock"):
            self._status = gr.HTML(elem_id="mb-status", **html)
            with gr.Row(elem_id="mb-composer"):
                self._box = gr.Textbox(
                    elem_id="mb-question",
                    lines=1,
                    max_lines=6,
                    container=False,
                    show_label=False,
                    autofocus=False,
                )
                self._send = gr.Button("", elem_id="mb-send", variant="primary")
                self._stop = gr.Button("", elem_id="mb-stop", variant="stop")
        self._footer = gr.HTML(elem_id="mb-footer", **html)
        # Pressed by buttons of the footer and of the newest answer.
        with gr.Row(elem_id="mb-pressed"):
            self._staff = gr.Button("", elem_id="mb-staff-switch")
            self._word = gr.Textbox(elem_id="mb-word", container=False)
            self._judge = tuple(gr.Button("", elem_id=f"mb-{one}") for one in JUDGEMENTS)
        self._about = gr.HTML(elem_id="mb-about", **html)

    def _connect(self) -> None:
        moving = [self._visit, self._status, self._conversation, self._exports]
        worded = [
            *moving,
            *(self._welcome, *self._examples, self._new, self._send, self._stop),
            *(self._header, self._switch, self._box, self._footer, self._about_open, self._about),
            *(self._claims, self._claims_heading, self._claim, self._check),
        ]
        quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
        unlimited: dict[str, Any] = {**quiet, "concurrency_limit": None}
        asking: dict[str, Any] = {**unlimited, "outputs": [*moving, self._box]}
        at_once: dict[str, Any] = {**quiet, "queue": False, "inputs": [self._visit]}

        self.blocks.load(self.greet, outputs=worded, **{**at_once, "inputs": []})
        gr.on(
            [self._box.submit, self._send.click],
            self.ask,
            inputs=[self._box, self._visit],
            **asking,
        )
        for position, button in enumerate(self._examples):
            button.click(self.example(position), inputs=[self._visit], **asking)
        self._stop.click(self.stop, outputs=moving, **at_once)
        self._new.click(self.clear, outputs=[*moving, self._box], **at_once)
        self._switch.click(self.switch, outputs=worded, **at_once)
        self._staff.click(self.toggle_staff, outputs=worded, **at_once)
        self._about_open.click(self.tell_about, outputs=[self._visit, self._about], **at_once)
        for judgement, button in zip(JUDGEMENTS, self._judge, strict=True):
            button.click(
                self.judging(judgement),
                outputs=[*moving, self._word],
                **{**at_once, "inputs": [self._word, self._visit]},
            )
        self._check.click(
            self.check_claim,
            inputs=[self._claim, self._visit],
            outputs=[self._visit, self._graded],
            **unlimited,
        )

    async def greet(self, request: gr.Request) -> Update:
        """Begin a visit as the address and the browser ask for it."""
        visit, question = arrival(request.query_params, request.headers, self._settings)
        return {**self._worded(visit), self._box: self._worded_box(visit.language, question)}

    async def switch(self, visit: Visit | None, request: gr.Request) -> Update:
        """Show the page in its other language; the conversation stays."""
        visit = visit or visit_anew(request.headers)
        visit.language = STRINGS[visit.language].switch_to
        visit.notice = ""
        return self._worded(visit)

    async def toggle_staff(self, visit: Visit | None, request: gr.Request) -> Update:
        """Show or hide what is for staff, where that is offered."""
        visit = visit or visit_anew(request.headers)
        visit.is_staff = self._settings.staff_mode and not visit.is_staff
        return self._worded(visit)

    async def tell_about(self, visit: Visit | None, request: gr.Request) -> Update:
        """Bring what the page says of itself; the browser opens it."""
        visit = visit or visit_anew(request.headers)
        language = visit.language
        privacy = notices.privacy(STRINGS[language], self._settings)
        listing = await asyncio.to_thread(self._listing.html, language)
        html = about_html(language, listing, self._settings, privacy)
        return {self._visit: visit, self._about: _shown(html)}

    def judging(self, judgement: Judgement) -> Callable[..., Awaitable[Update]]:
        """Return the handler that keeps one judgement of the newest answer."""

        async def judged(word: object, visit: Visit | None, request: gr.Request) -> Update:
            visit = visit or visit_anew(request.headers)
            judge(visit, self._settings.feedback_file, judgement, word)
            return {**self._moving(visit), self._word: _shown("")}

        return judged

    async def check_claim(
        self, claim: object, visit: Visit | None, request: gr.Request
    ) -> AsyncGenerator[Update, None]:
        """Tell whether the documents state a claim, for staff."""
        visit = visit or visit_anew(request.headers)
        if self._checker is None or not visit.is_staff:
            return
        visitor = visitor_from(request.client.host, request.headers)
        parts = (self._desk, self._checker, self._settings)
        telling = told_claim(*parts, claim, visit, visitor=visitor, rate=self._rate)
        async with aclosing(telling):
            async for html in telling:
                if html is None:
                    yield gr.skip()
                else:
                    yield {self._visit: visit, self._graded: _shown(html)}

    async def stop(self, visit: Visit | None, request: gr.Request) -> Update:
        """Stop the answer on its way; what was shown of it stays."""
        visit = visit or visit_anew(request.headers)
        visit.halt()
        return self._moving(visit)

    async def clear(self, visit: Visit | None, request: gr.Request) -> Update:
        """Begin a new conversation."""
        visit = visit or visit_anew(request.headers)
        visit.clear()
        return {**self._moving(visit), self._box: _shown("")}

    def example(self, position: int) -> Callable[..., AsyncGenerator[Update, None]]:
        """Return the handler that asks one of the example questions."""

        async def ask_example(
            visit: Visit | None, request: gr.Request
        ) -> AsyncGenerator[Update, None]:
            visit = visit or visit_anew(request.headers)
            question = STRINGS[visit.language].examples[position]
            async with aclosing(self.ask(question, visit, request)) as updates:
                async for update in updates:
                    yield update

        return ask_example

    async def ask(
        self, question: object, visit: Visit | None, request: gr.Request
    ) -> AsyncGenerator[Update, None]:
        """Show the question, then its passages, then each checked sentence as it arrives."""
        visit = visit or visit_anew(request.headers)
        visitor = visitor_from(request.client.host, request.headers)
        asking = ask(self._desk, self._settings, question, visit, visitor=visitor, rate=self._rate)
        async with aclosing(asking) as changes:
            async for change in changes:
                box = {} if change.box is None else {self._box: _shown(change.box)}
                yield {**self._moving(visit), **box} if change.is_seen else gr.skip()

    def _moving(self, visit: Visit) -> Update:
        """Return what changes as a conversation goes on: little, as each part costs time.

        What is shown beside a conversation, or while it moves, the style sheet tells from these.
        """
        updates: Update = {
            self._visit: visit,
            self._status: _shown(render.status_html(visit)),
            self._conversation: _shown(
                render.conversation_html(
                    visit, self._documents, feedback=self._settings.feedback_file is not None
                )
            ),
        }
        if not visit.running:
            # They hold every answer several times over, so they are not sent at each sentence.
            updates[self._exports] = _shown(exports_html(visit, self._documents))
        return updates

    @staticmethod
    def _worded_box(language: Language, question: str = "") -> Any:
        """Return the words of the question box, and in it `question`, unless that is empty."""
        words = STRINGS[language]
        texts: dict[str, Any] = {"label": words.question_label, "placeholder": words.placeholder}
        return gr.update(**texts, value=question) if question else gr.update(**texts)

    def _worded(self, visit: Visit) -> Update:
        """Return everything that has words in it."""
        words = STRINGS[visit.language]
        return {
            **self._moving(visit),
            self._welcome: _shown(render.welcome_html(visit.language)),
            **{
                button: _shown(example)
                for button, example in zip(self._examples, words.examples, strict=True)
            },
            self._new: _shown(words.new_conversation),
            self._send: _shown(words.send),
            self._stop: _shown(words.stop),
            self._claims: gr.update(visible=visit.is_staff and self._checker is not None),
            self._claims_heading: _shown(claims_heading_html(words)),
            self._claim: gr.update(label=words.claim_label, placeholder=words.claim_label),
            self._check: _shown(words.claim_check),
            self._about_open: _shown(words.about),
            # Told anew in the other language when it is asked for again.
            self._about: _shown(""),
            self._header: _shown(render.header_html(visit, self._settings.question_chars)),
            self._switch: _shown(words.switch),
            self._box: self._worded_box(visit.language),
            self._footer: _shown(render.footer_html(visit.language, self._settings)),
        }


def _shown(value: str) -> Any:
    """Return what puts `value` into a component.

    The bare value would do, but where it follows on an update, or on a call that left the component
    out, the toolkit keeps one more copy of it for as long as it keeps the visit.
    """
    return gr.update(value=value)
