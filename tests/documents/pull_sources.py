"""Lists of publications made for the tests."""

TERMS = '[terms.un]\nname = "UN documents"\nsummary = "Free to read."\nredistribute = false\n'


def make_source(source_id, *, kind="pdf", more="", **urls):
    """Return the entry of one publication with an address for each language."""
    addresses = ", ".join(f'{language} = "{url}"' for language, url in urls.items())
    titles = ", ".join(f'{language} = "The title ({language})"' for language in urls)
    return (
        f'[[source]]\nid = "{source_id}"\ntitle = {{ {titles} }}\npublisher = "United Nations"\n'
        f'url = {{ {addresses} }}\nkind = "{kind}"\nterms = "un"\n{more}\n'
    )


def write_sources(corpus, *sources, redirect_hosts=()):
    """Write the list of a corpus."""
    corpus.mkdir(parents=True, exist_ok=True)
    hosts = ", ".join(f'"{host}"' for host in redirect_hosts)
    content = "\n".join((f"redirect_hosts = [{hosts}]", *sources, TERMS))
    (corpus / "sources.toml").write_text(content, encoding="utf-8")
