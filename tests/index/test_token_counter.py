import json

import pytest
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace
from tokenizers.processors import TemplateProcessing

from migbot.errors import ModelIntegrityError
from migbot.index.tokens import stated_max_tokens, token_counter


@pytest.fixture
def folder(tmp_path):
    """Return a folder with a tokenizer of words that cuts, fills up and adds a mark in front."""
    tokenizer = Tokenizer(WordLevel({"<unk>": 0, "[CLS]": 1, "safe": 2}, "<unk>"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A", special_tokens=[("[CLS]", 1)])
    tokenizer.enable_truncation(4)
    tokenizer.enable_padding(length=4)
    tokenizer.save(str(tmp_path / "tokenizer.json"))
    return tmp_path


def write_settings(folder, **fields):
    (folder / "sentence_bert_config.json").write_text(json.dumps(fields), encoding="utf-8")


@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("safe", 1), ("safe orderly and regular migration", 5)]
)
def test_counts_words_of_the_text_alone_whatever_the_model_reads_at_most(folder, text, tokens):
    count = token_counter(folder)

    assert count(text) == tokens


def test_does_not_count_where_only_the_model_knows(folder):
    write_settings(folder, do_lower_case=True)
    assert token_counter(folder) is None

    write_settings(folder, do_lower_case=False)
    assert token_counter(folder) is not None

    (folder / "tokenizer.json").unlink()
    assert token_counter(folder) is None


def test_reads_how_much_the_model_takes_where_it_is_stated(folder):
    assert stated_max_tokens(folder) is None

    write_settings(folder, do_lower_case=False)
    assert stated_max_tokens(folder) is None

    write_settings(folder, max_seq_length=256)
    assert stated_max_tokens(folder) == 256


@pytest.mark.parametrize("name", ["tokenizer.json", "sentence_bert_config.json"])
@pytest.mark.parametrize("content", ["{", "[1]", '"text"'])
def test_says_which_file_cannot_be_read(folder, name, content):
    (folder / name).write_text(content, encoding="utf-8")

    with pytest.raises(ModelIntegrityError, match=rf"{name} cannot be read.*anew"):
        token_counter(folder)
