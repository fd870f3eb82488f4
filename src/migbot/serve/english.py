"""The page's words in English."""

from migbot.serve.words import Strings

ENGLISH = Strings(
    language="en",
    title="migbot – answers with sources on migration governance",
    headline="Ask a question, read the answer at its source.",
    statement=(
        "migbot answers in English and French about IOM, the Global Compact for Migration and the "
        "UN Network on Migration. Every sentence points to the passage that supports it."
    ),
    examples_label="To get started",
    examples=(
        "When was IOM founded?",
        "What are the objectives of the Global Compact for Migration?",
        "Who coordinates the UN Network on Migration?",
        "How many Member States does IOM have?",
    ),
    question_label="Your question",
    placeholder="Ask your question…",
    send="Send",
    stop="Stop",
    new_conversation="New conversation",
    switch="Français",
    switch_to="fr",
    you_asked="Your question",
    answer="Answer",
    quotes_label="What the documents say",
    sources="Sources",
    cited="Cited sources",
    others="Other passages found",
    found="Passages found",
    nearest="Nearest passages",
    source_marker="Source {number}: {title}",
    reveal="Read the passage",
    back="Back to the answer",
    uses="Sentences this passage supports",
    copy_reference="Copy the reference",
    copied="Copied.",
    not_copied="Not copied: select the text.",
    sheet="migbot sheet",
    listed="; ",
    based_on="Based on: {sources}",
    official="Official document",
    more_sources="and {count} more",
    new_tab="(new tab)",
    page="p. {page}",
    undated="undated",
    document_languages={"fr": "French", "en": "English"},
    percent="{number}%",
    quote_open="“",
    quote_close="”",
    as_of_day="as of {date}",
    as_of_period="as of {date}",
    actions_label="What to do with this answer",
    copy_answer="Copy the answer",
    copy_link="Copy a link to the question",
    export="Export",
    export_formats={
        "markdown": "Markdown",
        "text": "Plain text",
        "csl": "CSL-JSON (Zotero)",
        "ris": "RIS (EndNote, Mendeley)",
    },
    print="Print",
    linked_question="This link contains a question: send it to get the answer.",
    looked_for="Looked for: “{question}”",
    suggestions="The documents do answer this:",
    suggestion="What is known about “{heading}”?",
    searching="Searching the documents…",
    preparing="The language model is being prepared; your answer comes next…",
    waiting="Another answer is being written; yours is next…",
    ahead="{ahead} questions come before yours; the passages are already shown…",
    reading="Reading the passages…",
    writing="Writing and checking…",
    done="Answer complete. Cited sources: {sources}.",
    done_cut="The answer is incomplete. Cited sources: {sources}.",
    done_unsure="This may not answer exactly what you asked. Cited sources: {sources}.",
    done_declined="No answer to this question.",
    done_small_talk="Answer complete.",
    stopped="Answer stopped.",
    interrupted="The server is being stopped: the answer ends here. Ask again in a minute.",
    failed_heading="The answer did not come through",
    empty_question="Write a question to begin.",
    long_question="This question is over {limit} characters. Shorten it, then send it again.",
    too_many="You have asked many questions within a minute. Ask again in {seconds} s.",
    busy="Many questions are waiting. Try again in {wait}.",
    wait_seconds="{count} seconds",
    wait_minute="a minute",
    wait_minutes="{count} minutes",
    failed="Something went wrong on our side. Your question is not at fault: please try again.",
    limits_heading="Good to know",
    limits=(
        (
            "Check an answer before you use it: a program writes the sentences; only the official "
            "documents are authoritative."
        ),
        (
            "migbot does not handle individual cases, gives no legal advice and no opinion, and "
            "does not follow the news."
        ),
        "An independent project, not affiliated with IOM. {privacy}",
    ),
    quotes_alone=(
        "Answers are quotes alone, word for word: no language model is in use. Only the official "
        "documents are authoritative."
    ),
    questions_stay="Your questions stay on the machine that serves this page.",
    questions_beside=(
        "Your questions and the passages found go to a language model server on the machine that "
        "serves this page."
    ),
    questions_leave=(
        "Your questions and the passages found are sent to {host}, where the language model writes "
        "the answer."
    ),
    staff="Staff mode",
    trace={
        "heading": "Trace of the answer",
        "standalone": "Question as searched",
        "passages": "Passages found",
        "evidence": "Extracts that the model read",
        "considered": "Sentences that the model wrote",
        "shown": "shown:",
        "dropped": "dropped:",
        "signs": "Signs for and against an answer",
        "times": "Times",
        "cached": "An earlier answer to the same question, repeated.",
    },
    claim_heading="Check a claim",
    claim_text="Paste a sentence: migbot checks whether the documents say it.",
    claim_label="Claim",
    claim_check="Check",
    claim_checking="Checking…",
    claim_waiting="Waiting for its turn… Ahead of it: {ahead}.",
    empty_claim="Paste a sentence to check.",
    long_claim="This claim is over {limit} characters. Shorten it, then check it again.",
    verdicts={
        "supported": "The documents say so",
        "contradicted": "The documents say otherwise",
        "not_found": "Not found in the documents",
    },
    feedback_label="Your feedback",
    feedback_ask=(
        "Is this answer right? Your feedback is kept here with the question, the ones before it "
        "and the answer, and nothing about you."
    ),
    feedback_judgements=("Right", "Wrong", "Wrong source"),
    feedback_word="A word of explanation (optional)",
    feedback_thanks="Thank you, your feedback has been recorded.",
    feedback_full="Your feedback could not be recorded.",
    about="About",
    about_heading="About migbot",
    about_close="Close",
    about_documents="What migbot knows",
    about_counts=(
        "{en} documents in English and {fr} in French, and nothing else: neither the web nor "
        "the news. Each document gives the date as of which it is current."
    ),
    about_list="List of the documents",
    about_first=(
        "The first {first} of {all}, by title. The rest: /api/v1/documents (for programs) or "
        "migbot index info --documents (for whoever runs this page)."
    ),
    about_models="The models",
    about_models_text=(
        "{embedder} finds the passages, {generator} writes the sentences. A program compares each "
        "sentence with the passage it cites and shows only those that the passage supports."
    ),
    about_quotes_alone=(
        "{embedder} finds the passages, and answers quote them word for word. No language model is "
        "in use."
    ),
    about_measured="Measured accuracy",
    about_measured_text="On {questions} test questions, on {date}.",
    about_other_models="The models used here are not those that were measured.",
    about_figures={
        "right": "Right answers, where the documents answer",
        "declined_wrongly": "Questions wrongly declined",
        "refused": "Questions rightly declined or corrected",
        "citation_precision": "Citations that support their sentence",
        "first_sentence_s": "Wait for the first words (median)",
    },
    about_privacy="Privacy",
    about_kept=(
        "The page sets no cookie, calls no other site and does not record the conversation."
    ),
    about_feedback=(
        "What you say of an answer is kept on this machine, with the question, up to {questions} "
        "of your questions before it and the answer. Addresses and long numbers are taken out."
    ),
    skip="Skip to the question",
)
