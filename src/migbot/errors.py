"""Every error that migbot raises on purpose, in one tree.

* MigbotError                 exit status 1: a check failed
  x UsageError                exit status 2: wrong usage or input
    + SettingsError           a setting has a value that is not allowed
    + DocumentError           a file cannot be read as a document
    + CorpusError             the corpus as a whole cannot be used
    + QuestionError           a question cannot be taken as it is
  x MissingError              exit status 3: something needed is not there
    + ModelMissingError       a model is not installed
    + IndexMissingError       no index has been built
    + MemoryMissingError      there is too little memory for a model
  x IntegrityError            exit status 1: a file is not what it should be
    + ModelIntegrityError     a model file is truncated or altered
    + IndexIntegrityError     an index file is truncated, altered or of another build
  x VectorServerError         exit status 1: the server of the vectors cannot be asked now
  x DownloadError             exit status 1: a model could not be fetched
  x GeneratorError            exit status 1: the language model failed while answering
    + PromptTooLongError      the prompt and the reply do not fit into the model's context
    + GeneratorMemoryError    the model ran out of memory while answering
  x GivenUpError              exit status 1: nobody waits for the answer any more
  x BusyError                 exit status 1: another process or visitor holds what is needed

Each message is one line that says what happened and what to do about it. The command line prints
it on standard error and exits with the class's `exit_status`.
"""

from typing import ClassVar


class MigbotError(Exception):
    """Base of all errors that migbot raises on purpose."""

    exit_status: ClassVar[int] = 1


class UsageError(MigbotError):
    """The command, its options or its input are wrong."""

    exit_status: ClassVar[int] = 2


class SettingsError(UsageError):
    """A setting has a value that is not allowed."""


class DocumentError(UsageError):
    """One file cannot be read as a document; the message is the reason."""


class CorpusError(UsageError):
    """The corpus as a whole cannot be used: it is absent or holds no document."""


class QuestionError(UsageError):
    """A question cannot be taken as it is: empty, too long or malformed."""


class MissingError(MigbotError):
    """Something needed is not there."""

    exit_status: ClassVar[int] = 3


class ModelMissingError(MissingError):
    """A model is not installed."""


class IndexMissingError(MissingError):
    """No index has been built where one is expected."""


class MemoryMissingError(MissingError):
    """There is too little memory for a model, so that it was not loaded."""


class IntegrityError(MigbotError):
    """A file is not what it should be."""


class ModelIntegrityError(IntegrityError):
    """A model file is truncated or altered."""


class IndexIntegrityError(IntegrityError):
    """An index file is truncated, altered or belongs to another build."""


class VectorServerError(MigbotError):
    """The server that holds the vectors fails or cannot be asked; the index itself may be whole."""


class DownloadError(MigbotError):
    """A model could not be fetched from any of its sources."""


class GeneratorError(MigbotError):
    """The language model failed while answering."""


class PromptTooLongError(GeneratorError):
    """The prompt and the longest reply do not fit into the model's context."""


class GeneratorMemoryError(GeneratorError):
    """The model ran out of memory while answering; with a shorter prompt it may not."""


class GivenUpError(MigbotError):
    """Nobody waits for the answer any more, so the language model was stopped."""


class BusyError(MigbotError):
    """Another process or visitor holds what is needed."""
