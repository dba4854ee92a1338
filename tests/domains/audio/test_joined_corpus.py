"""Folders joined keep their own parts, and one given twice weighs twice in training only."""

from dataclasses import replace

from fourfold.domains.audio.joined_corpus import JoinedCorpus


def names(utterances):
    return [said.name for said in utterances]


def test_each_folder_is_split_by_itself(small_corpus):
    renamed = tuple(replace(said, name=f"b/{said.name}") for said in small_corpus.utterances)
    other = replace(small_corpus, utterances=renamed)
    joined = JoinedCorpus.of([small_corpus, other, other])
    assert joined.features == small_corpus.features
    assert len(list(joined.origin()["recordings"])) == 3 * 6
    first, second = small_corpus.split("train"), other.split("train")
    assert names(joined.split("train")) == names([*first, *second, *second])
    for part in ("validation", "test"):
        assert names(joined.split(part)) == names([*small_corpus.split(part), *other.split(part)])
