"""Here so that the tests below find `answer_parts`, whichever of them are run."""
