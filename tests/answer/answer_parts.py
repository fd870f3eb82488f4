"""What the tests of the answer room share: passages, extracts, and an assistant on a script."""

from collections.abc import Sequence
from dataclasses import dataclass

from migbot.answer.assistant import Assistant
from migbot.answer.check import Verdict, check_sentence
from migbot.answer.evidence import Extract
from migbot.answer.generate.scripted import ScriptedGenerator
from migbot.answer.rewrite_prompt import rewrite_prompt_beginning
from migbot.answer.units import unit_spans
from migbot.index.fakes import HashEmbedder
from migbot.settings import Settings
from migbot.types import Answer, Event, Finished, Passage, Question


def passage(text, *, name="p", language="en", start=0, title="", headings=(), date=None):
    return Passage(
        passage_id=name,
        document_id=name,
        path=name,
        title=title,
        url=None,
        language=language,
        date=date,
        page=None,
        start=start,
        end=start + len(text),
        text=text,
        headings=headings,
        section=0,
        translation_key=None,
    )


def extracts(*passages: Passage, first: int = 1) -> tuple[Extract, ...]:
    """Return each of `passages` whole, numbered from `first`."""
    found = []
    for number, one in enumerate(passages, start=first):
        units = unit_spans(one)
        found.append(
            Extract(
                number=number,
                passage=one,
                text=one.text,
                units=units,
                first=0,
                last=len(units) - 1,
            )
        )
    return tuple(found)


def check(text, *cited, others=(), language="en", question="", embedder=None) -> Verdict:
    return check_sentence(
        text,
        language=language,
        question=question,
        cited=extracts(*cited),
        others=extracts(*others, first=1 + len(cited)),
        embedder=embedder or HashEmbedder(),
    )


def carried(text, *cited, **options) -> bool:
    return bool(check(text, *cited, **options).support is not None)


def quotes(text, *cited, **options) -> list[str]:
    return [support.quote for support in (check(text, *cited, **options).support,) if support]


@dataclass(frozen=True, kw_only=True, slots=True)
class Asked:
    """All that came of one question to a scripted assistant."""

    events: Sequence[Event]
    answer: Answer
    generator: ScriptedGenerator

    @property
    def texts(self) -> list[str]:
        return [sentence.text for sentence in self.answer.sentences]

    @property
    def prompt(self) -> str:
        """The last message of the only prompt, but for one that completes a follow-up."""
        completing = rewrite_prompt_beginning()[0]
        (messages,) = (
            request.messages
            for request in self.generator.requests
            if request.messages[0] != completing
        )
        return messages[-1].text


def scripted_assistant(*replies, first_alternatives=None, **settings):
    generator = ScriptedGenerator(replies, first_alternatives=first_alternatives)
    assistant = Assistant(
        index=None, embedder=HashEmbedder(), generator=generator, settings=Settings(**settings)
    )
    return assistant, generator


def ask(
    text, passages, reply, *, completed=None, none=None, language=None, history=(), **settings
) -> Asked:
    """Ask a scripted assistant; `none` is the model's probability of NONE.

    `completed` is what the model makes of a follow-up, None where it is not asked for that.
    """
    alternatives = None if none is None else {"NONE": none}
    replies = (reply,) if completed is None else (completed, reply)
    assistant, generator = scripted_assistant(*replies, first_alternatives=alternatives, **settings)
    question = Question(
        question_id="q", text=text, language=language, history=history, passages=tuple(passages)
    )
    events = list(assistant.answer(question))
    last = events[-1]
    assert isinstance(last, Finished)
    return Asked(events=events, answer=last.answer, generator=generator)


NETWORK = passage(
    "Le Réseau des Nations Unies sur les migrations a été établi à la demande du Secrétaire "
    "général. Il regroupe 38 entités du système des Nations Unies. Le Directeur général de l’OIM "
    "est le coordonnateur du Réseau.",
    name="network",
    language="fr",
    title="Le Réseau",
    start=100,
)
VOTE = passage(
    "Le Pacte a été adopté le 19 décembre 2018 par 152 voix contre 5, avec 12 abstentions. "
    "Le Pacte n’est pas juridiquement contraignant.",
    name="vote",
    language="fr",
    title="Le vote",
)
COMPACT = passage(
    "The Compact was adopted by the General Assembly on 19 December 2018. "
    "The Compact has 23 objectives. The Compact is not legally binding.",
    name="compact",
    title="The Compact",
)
