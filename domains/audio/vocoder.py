"""The vocoder a user holds: speech from mel spectra and pitch, and from speech with its pitch changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from copy import deepcopy
from os import PathLike
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, overload

import numpy as np
import torch
from torch import Tensor

from ...shared.artifact.card import ModelCard
from ...shared.errors import InputError
from .argument_checks import positive_factor, shown, whole_number
from .corpus import read_corpus
from .features.audio import Audio
from .features.audio_features import AudioFeatures
from .features.frame_checks import checked_f0
from .features.settings import FeatureSettings
from .formants import shifted_formants
from .harmonic_agreement import harmonic_agreement
from .mel_consistency import ITERATIONS, mel_consistent
from .mel_statistics import MelStatistics
from .pitch_correction import corrected_track, highest_heard
from .pitch_free_mel import without_harmonics
from .recording_faults import changed_pitch, pieces_told_of_samples, told_of_samples
from .sound_pieces import SoundPieces, first_samples, streamed_pieces
from .synthesis import Features, Synthesis, require_finite
from .vocoder_files import load_vocoder, save_vocoder
from .vocoder_stream import VocoderStream
from .wavehax.build import Generator, build_generator
from .wavehax.settings import WavehaxSettings

if TYPE_CHECKING:
    from .metrics.scores import CopyScores
    from .vocoder_training import StageSettings

AGREEMENT = 0.6
"""From which correlation on a mel spectrum counts as one of a pitch track; see `harmonic_agreement`."""


class Vocoder:
    """A generator with everything it must know of its features.

    Args:
        features: sample rate, frames, mel bands, pitch range.
        generator: from standardised log-mel, prior and noise to samples.
        statistics: of the log-mel it was trained on.
    """

    def __init__(self, features: FeatureSettings, generator: Generator, statistics: MelStatistics) -> None:
        self.features, self.generator, self.statistics = AudioFeatures(features), generator, statistics

    @classmethod
    def untrained(
        cls, features: FeatureSettings, network: WavehaxSettings, statistics: MelStatistics, seed: int = 0
    ) -> Vocoder:
        """A vocoder with random weights, drawn from `seed`.

        Raises:
            InputError: network and features disagree on hop or mel bands.
        """
        return cls(features, build_generator(features, network, statistics, seed), statistics)

    @overload
    def synthesize(
        self, mel: np.ndarray, f0: np.ndarray, *, iterations: int | None = None, seed: int = 0
    ) -> np.ndarray: ...
    @overload
    def synthesize(
        self,
        mel: Sequence[np.ndarray],
        f0: Sequence[np.ndarray],
        *,
        iterations: int | None = None,
        seed: int = 0,
    ) -> list[np.ndarray]: ...
    def synthesize(
        self, mel: Any, f0: Any, *, iterations: int | None = None, seed: int = 0
    ) -> np.ndarray | list[np.ndarray]:
        """Speech, float32 [T * hop]; or one for each of several sounds of different lengths.

        Sounds in a list are computed together, and each is what it would be alone (1e-5). Beyond 2,048 frames
        a generator with framewise norm works in pieces, so that memory does not grow with the length.

        Args:
            mel: natural log-mel as `features.of` gives it (not standardised), [T, n_mels]; or a list of such.
            f0: Hz, [T], 0 where unvoiced; or a list of such.
            iterations: of `mel_consistent` after the generator, 0 for the generator alone. None: 32 where the
                mel spectrum shows the harmonics of `f0`; 0 where it does not, and for causal generators.
            seed: of the noise in the excitation.

        Raises:
            InputError: as `AudioFeatures.check`, `iterations` or `seed` is no whole number from 0, or the
                features give samples that are not finite.
        """
        _require_whole(seed, iterations)
        synthesis = self._synthesis(seed)
        if not _several(mel):
            sound = self.features.check(mel, f0)
            return self._refined(synthesis.one(*sound), sound, iterations)
        if not isinstance(f0, (list, tuple)) and not getattr(f0, "ndim", 0):
            raise InputError(
                "f0", f"is {shown(f0)}", expected=f"a list of {len(mel)} pitch tracks, as of mel"
            )
        if len(mel) != len(f0):
            raise InputError("f0", f"has {len(f0)} pitch tracks for {len(mel)} mel spectra")
        sounds = [self.features.check(*pair) for pair in zip(mel, f0, strict=True)]
        made = zip(synthesis.many(sounds), sounds, strict=True)
        return [self._refined(samples, sound, iterations) for samples, sound in made]

    def synthesize_in_pieces(
        self, mel: np.ndarray, f0: np.ndarray, *, iterations: int | None = None, seed: int = 0
    ) -> SoundPieces:
        """What `synthesize` gives for one sound (1e-5), piece by piece where that can be.

        It can without refinement (`iterations` 0) and with a generator that streams; else there is one piece.

        Raises:
            InputError: as `synthesize`, before the first piece or with it.
        """
        _require_whole(seed, iterations)
        sound, rate = self.features.check(mel, f0), self.features.settings.sample_rate
        rounds = self._rounds(sound, iterations)
        if rounds == 0 and self.generator.settings.framewise_norm:
            pieces = streamed_pieces(self.stream(seed=seed), *sound)
        else:
            pieces = (self.synthesize(*sound, iterations=rounds, seed=seed) for _ in range(1))
        return SoundPieces(len(sound[1]) * self.features.settings.hop, rate, pieces)

    def _refined(self, samples_S: np.ndarray, sound: Features, iterations: int | None) -> np.ndarray:
        """The generator's samples, brought to the mel spectrum where that is one of this pitch."""
        rounds = self._rounds(sound, iterations)
        log_mel = torch.from_numpy(sound[0].T.copy())[None]
        refined = mel_consistent(torch.from_numpy(samples_S)[None], log_mel, self.features.settings, rounds)
        return require_finite(refined[0].numpy())

    def _rounds(self, sound: Features, iterations: int | None) -> int:
        """Of `mel_consistent`."""
        if iterations is not None:
            return iterations
        settings = self.features.settings
        agree = not self.generator.settings.causal and harmonic_agreement(*sound, settings) > AGREEMENT
        return ITERATIONS if agree else 0

    def resynthesize(
        self,
        audio: str | PathLike[str] | bytes | np.ndarray | Audio,
        pitch: float = 1.0,
        formant: float = 1.0,
        *,
        f0: np.ndarray | None = None,
        seed: int = 0,
        **policy: Any,
    ) -> Audio:
        """The same speech made anew, as long as it was, pitch times `pitch` and formants times `formant`.

        Pitch leaves formants where they are, and formants pitch. Where either changes, the harmonics of the
        old pitch are smoothed out of the mel spectrum first, and the generator runs four times: its pitch is
        corrected by what is heard of it (`corrected_track`).

        Args:
            audio: a file, samples or `Audio`; `policy` is handed to `read_audio`.
            f0: Hz of every frame instead of what is measured; `pitch` multiplies it too.

        Raises:
            InputError: the audio or the pitch track does not fit, a factor is no positive number or leaves
                frames below 20 Hz, or `seed` is no whole number from 0.
        """
        _require_whole(seed)
        heard, sound, iterations = self._changed(audio, pitch, formant, f0, policy)
        with told_of_samples(heard.samples):
            if iterations is None:
                mel, track, synthesis = self._corrected(*sound, seed)
                made = synthesis.one(mel, track)
            else:
                made = self.synthesize(*sound, iterations=iterations, seed=seed)
        return Audio(made[: len(heard)], self.features.settings.sample_rate)

    def resynthesize_in_pieces(
        self,
        audio: str | PathLike[str] | bytes | np.ndarray | Audio,
        pitch: float = 1.0,
        formant: float = 1.0,
        *,
        f0: np.ndarray | None = None,
        seed: int = 0,
        **policy: Any,
    ) -> SoundPieces:
        """What `resynthesize` gives (1e-5), piece by piece where `synthesize_in_pieces` can: changed speech.

        Raises:
            InputError: as `resynthesize`.
        """
        _require_whole(seed)
        heard, sound, iterations = self._changed(audio, pitch, formant, f0, policy)
        with told_of_samples(heard.samples):
            if iterations is None:
                mel, track, synthesis = self._corrected(*sound, seed)
                pieces = synthesis.pieces(mel, track)
            else:
                pieces = self.synthesize_in_pieces(*sound, iterations=iterations, seed=seed).pieces
        pieces = pieces_told_of_samples(first_samples(pieces, len(heard)), heard.samples)
        return SoundPieces(len(heard), self.features.settings.sample_rate, pieces)

    def _corrected(
        self, mel_TM: np.ndarray, f0_T: np.ndarray, seed: int
    ) -> tuple[np.ndarray, np.ndarray, Synthesis]:
        """Checked mel, the track that is heard at `f0_T`, and what speaks it: pitch glides within frames."""
        mel, f0 = self.features.check(mel_TM, f0_T)
        settings = self.features.settings
        synthesis = Synthesis(settings, self.generator, self.statistics, seed, glides=True)
        listening = AudioFeatures(settings.model_copy(update={"f0_ceil": highest_heard(f0, settings)}))

        def hear(samples_S: np.ndarray) -> np.ndarray:
            return listening.f0(Audio(samples_S, settings.sample_rate))

        return mel, corrected_track(f0, lambda track: synthesis.one(mel, track), hear), synthesis

    def _changed(
        self, audio: Any, pitch: float, formant: float, f0: np.ndarray | None, policy: dict[str, Any]
    ) -> tuple[Audio, Features, int | None]:
        """What was read, its features with other pitch and formants, and iterations (None: changed)."""
        pitch, formant = positive_factor("pitch", pitch), positive_factor("formant", formant)
        heard = self.features.read(audio, **policy)
        mel, measured = self.features.of(heard)
        track = measured if f0 is None else self._track(f0, len(mel))
        iterations: int | None = 0 if self.generator.settings.causal else ITERATIONS
        if formant != 1 or not np.array_equal(changed_pitch(track, pitch), measured):
            voiced, iterations = self.features.f0_followed(heard, measured), None
            mel = without_harmonics(mel, voiced, self.features.settings)
            track = voiced if f0 is None else track
        if formant != 1:
            mel = shifted_formants(mel, formant, self.features.settings)
        return heard, (mel, changed_pitch(track, pitch)), iterations

    def stream(self, *, seed: int = 0) -> VocoderStream:
        """A sound in pieces: `push(mel, f0)` gives samples while features come in, `flush()` the rest.

        All pieces together are what `synthesize` gives with `iterations=0` (1e-5), however they are cut.
        Causal generators (preset wavehax-ms-causal) are 20 ms behind, others with framewise norm some 0.3 s;
        frames that are pushed singly are gathered by four, which is 30 ms more.

        Raises:
            InputError: the generator's norm needs the whole utterance, or `seed` is no whole number from 0.
        """
        _require_whole(seed)
        return VocoderStream(self._synthesis(seed))

    def export(self, path: str | PathLike[str]) -> Path:
        """Write an ONNX file (`mel`, `f0` and `noise` in, `audio` out) and return its path.

        It runs without this package, on any batch and length; see `export_vocoder`.

        Raises:
            InputError: onnx is not installed, the suffix is not .onnx, the prior has no graph, or the disk
                refuses.
        """
        from .export.vocoder import export_vocoder

        return export_vocoder(path, self.features.settings, self.generator, self.statistics)

    @classmethod
    def from_reference(
        cls,
        checkpoint: str | PathLike[str] | Mapping[str, Tensor],
        features: FeatureSettings,
        network: WavehaxSettings,
        statistics: MelStatistics,
    ) -> Vocoder:
        """A vocoder with the weights of the authors' own code.

        Args:
            checkpoint: a file of their training, or the generator's state dict.
            network: the sizes it was trained with, such as PRESETS["wavehax-v1"].
            statistics: mean and deviation of its `scaler`.

        Raises:
            InputError: it cannot be read, or its names or shapes are not those of `network`.
        """
        from .wavehax.reference_weights import load_reference, read_reference

        state = checkpoint if isinstance(checkpoint, Mapping) else read_reference(checkpoint)
        vocoder = cls.untrained(features, network, statistics)
        load_reference(vocoder.generator, state)
        return vocoder

    @classmethod
    def fit(
        cls,
        data: str | PathLike[str],
        features: FeatureSettings,
        network: WavehaxSettings,
        stage: StageSettings,
        run: str | PathLike[str],
    ) -> Vocoder:
        """A vocoder trained from random weights on a folder of recordings, in one stage.

        Args:
            stage: losses, length and crops. `run`: folder of checkpoints; the same call goes on from there.

        Raises:
            InputError: as `read_corpus` and `untrained`.
        """
        from .vocoder_training import train_stage

        corpus = read_corpus(Path(data), features, Path(run) / "corpus.npz")
        statistics = MelStatistics.of(corpus.split("train"), features)
        vocoder = cls.untrained(features, network, statistics, stage.seed)
        train_stage(vocoder.generator, network, corpus, statistics, stage, Path(run) / "training")
        return vocoder

    def finetune(
        self,
        data: str | PathLike[str],
        stage: StageSettings | None = None,
        run: str | PathLike[str] | None = None,
    ) -> Vocoder:
        """A copy trained on with a folder of recordings; its mel statistics stay.

        Args:
            data: a folder of three recordings at least, searched with its subfolders.
            stage: as for `fit`; None: `finetuning_stage()`, 2,000 steps with the small discriminators.
            run: folder of checkpoints; the same call goes on from there. None: nothing is kept.

        Raises:
            InputError: as `read_corpus`.
        """
        from .vocoder_training import finetuning_stage, train_stage

        if run is None:
            with TemporaryDirectory(prefix="finetune-") as folder:
                return self.finetune(data, stage, folder)
        settings, network = self.features.settings, self.generator.settings
        corpus = read_corpus(Path(data), settings, Path(run) / "corpus.npz")
        tuned = type(self)(settings, deepcopy(self.generator), self.statistics)
        stage = stage or finetuning_stage()
        train_stage(tuned.generator, network, corpus, self.statistics, stage, Path(run) / "training")
        return tuned

    def evaluate(self, folder: str | PathLike[str], *, seed: int = 0) -> CopyScores:
        """How near copies of a folder's recordings are: PESQ-WB, STOI, MCD, log-F0 RMSE, V/UV error, MR-STFT.

        With the extra `mos`, DistillMOS of the copies too.

        Raises:
            InputError: no such folder, or no sound in it that can be read.
        """
        from .metrics.opinion import installed
        from .vocoder_evaluation import evaluate_copies

        def copy(heard: Audio) -> Audio:
            return self.resynthesize(heard, seed=seed)

        return evaluate_copies(folder, self.features, copy, opinion=installed())

    def save(self, folder: str | Path, card: ModelCard | None = None) -> Path:
        """Write the artefact (kind "vocoder") with weights, features and statistics."""
        return save_vocoder(self.features.settings, self.generator, self.statistics, folder, card)

    @classmethod
    def load(cls, name_or_folder: str | Path) -> Vocoder:
        """A shipped vocoder by name, or one from a folder."""
        return cls(*load_vocoder(name_or_folder))

    def _synthesis(self, seed: int) -> Synthesis:
        return Synthesis(self.features.settings, self.generator, self.statistics, seed)

    def _track(self, f0: Any, frames: int) -> np.ndarray:
        """A pitch track of exactly `frames` frames; one too few is made up for by the last."""
        track = checked_f0(f0, self.features.settings)
        return np.pad(track, (0, 1), mode="edge") if len(track) == frames - 1 else track


def _several(mel: Any) -> bool:
    """Whether these are the mel spectra of several sounds."""
    if isinstance(mel, (list, tuple)):
        try:
            return len(mel) > 0 and np.ndim(mel[0]) == 2
        except ValueError:  # rows of different lengths, which are refused as one sound
            return False
    return getattr(mel, "ndim", 0) == 3


def _require_whole(seed: int, iterations: int | None = None) -> None:
    """Before anything is computed."""
    whole_number("seed", seed)
    if iterations is not None:
        whole_number("iterations", iterations)
