"""Several folders of speech as one corpus."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from .corpus import Corpus, Split, Utterance


@dataclass(frozen=True)
class JoinedCorpus(Corpus):
    """Corpora of the same features, each of which is split by itself; made by `JoinedCorpus.of`."""

    corpora: tuple[Corpus, ...] = ()

    @classmethod
    def of(cls, corpora: Sequence[Corpus]) -> JoinedCorpus:
        """Join them: one that is given twice is trained on twice as often, but validates once.

        Args:
            corpora: one at least.
        """
        utterances = tuple(said for corpus in corpora for said in corpus.utterances)
        return cls(corpora[0].features, utterances, tuple(corpora))

    def split(self, part: Split) -> list[Utterance]:
        """The same part of each."""
        once = {id(corpus): corpus for corpus in self.corpora}.values()
        corpora = self.corpora if part == "train" else tuple(once)
        return [said for corpus in corpora for said in corpus.split(part)]
