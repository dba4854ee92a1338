"""POST /v1/generate gives what `fourfold generate` gives, and says in a sentence what cannot be."""

import io
import json
import zipfile

import pandas as pd
import pytest
from fourfold import CrystalGenerator
from fourfold.domains.materials.crystals.reading import read_crystals
from fourfold.pipelines.cli import main

URL = "/v1/generate"
FEW = {"model": "crystals", "n": 3, "steps": 3}


@pytest.fixture(scope="module")
def client(serving, crystals, plain_crystals):
    return serving(models=(str(crystals), str(plain_crystals)), max_crystals=40)


def made(client, **wish):
    answer = client.post(URL, json={**FEW, **wish})
    assert answer.status_code == 200, answer.text
    return answer.json()


@pytest.mark.parametrize(
    ("wish", "flags"),
    [
        ({"seed": 3}, ["--seed", "3"]),
        ({"elements": "Ti,O", "num_atoms": 4}, ["--elements", "Ti,O", "--num-atoms", "4"]),
        (
            {"composition": "SrTiO3", "novel": True, "symprec": 0.1},
            ["--formula", "SrTiO3", "--novel", "--symprec", "0.1"],
        ),
        ({"property": 12.5}, ["--property", "12.5"]),
        ({"lengths": [4, 8], "angles": [70, 80]}, ["--lengths", "4,8", "--angles", "70,80"]),
    ],
    ids=["seed", "elements", "composition", "property", "bounds"],
)  # fmt: skip
def test_crystals_are_those_of_the_shell(client, crystals, tmp_path, monkeypatch, wish, flags):
    monkeypatch.chdir(crystals.parent)
    asked = ["generate", "./crystals", "-n", "3", "--steps", "3", *flags, "--out", str(tmp_path / "new")]
    assert main(asked) == 0
    table = pd.read_csv(tmp_path / "new" / "crystals.csv")
    document = made(client, **wish)
    assert document["model"] == "crystals"
    assert document["property_name"] == "volume_per_atom"
    told = pd.DataFrame(document["crystals"])
    texts = [(tmp_path / "new" / file).read_text() for file in table["file"]]
    assert told["cif"].tolist() == texts
    pd.testing.assert_frame_equal(told.drop(columns="cif"), table.drop(columns="file"), check_dtype=False)


def test_the_folder_comes_as_a_zip(client, crystals, tmp_path, monkeypatch):
    answers = [client.post(URL, json=FEW, headers={"Accept": "application/zip"}) for _ in range(2)]
    assert answers[0].headers["content-type"] == "application/zip"
    assert answers[0].content == answers[1].content
    monkeypatch.chdir(crystals.parent)
    assert main(["generate", "./crystals", "-n", "3", "--steps", "3", "--out", str(tmp_path / "new")]) == 0
    with zipfile.ZipFile(io.BytesIO(answers[0].content)) as archive:
        names = sorted(archive.namelist())
        for name in names:
            assert archive.read(name) == (tmp_path / "new" / name).read_bytes()
    assert names == [*(f"cif/{i}_generated-{i}.cif" for i in range(3)), "crystals.csv", "crystals.extxyz"]


def test_elements_come_as_text_or_list(client):
    for elements in ("Ti, O", ["Ti", "O"]):
        told = made(client, elements=elements)["crystals"]
        packed = [read_crystals(one["cif"], min_distance=0.0) for one in told]
        assert {number for one in packed for number in one.numbers.tolist()} <= {8, 22}
    assert made(client, elements="Ti,O")["crystals"] == made(client, elements=["Ti", "O"])["crystals"]


def test_a_generator_without_a_property_predicts_none(client):
    document = made(client, model="plain")
    assert document["property_name"] is None
    assert not any(name.startswith("predicted") for name in document["crystals"][0])


def refused(answer, status=422) -> str:
    assert answer.status_code == status, answer.text
    assert status != 422 or answer.json()["errors"][0]["field"]
    return answer.json()["detail"]


@pytest.mark.parametrize(
    ("wish", "told"),
    [
        ({"n": 0}, "n: is 0; expected 1 or more"),
        ({"n": -1}, "n: is -1; expected 1 or more"),
        ({"n": 10**9}, "n: is 1,000,000,000; expected at most 40. Make it a job: POST /v1/jobs"),
        ({"n": 41}, "POST /v1/jobs"),
        ({"n": 1.5}, "n: input should be a valid integer"),
        ({"n": True}, "n: a number is expected"),
        ({"n": None}, "n: input"),
        ({"n": "many"}, "n: input should be a valid integer"),
        ({"steps": 0}, "steps: is 0; expected 1 or more"),
        ({"steps": 1_001}, "steps: is 1,001; expected at most 1,000"),
        ({"n": 40, "steps": 51}, "steps: is 51 for 40 crystals; expected at most 50 for so many"),
        ({"seed": -1}, "seed: is -1; expected 0 or more"),
        ({"seed": 2**64}, "seed: is 18446744073709551616; expected at most"),
        ({"num_atoms": 0}, "num_atoms: is 0; expected 1 or more"),
        ({"num_atoms": 9}, "num_atoms: is 9; expected a whole number from 1 to 8"),
        ({"num_atoms": 10**12}, "num_atoms"),
        ({"elements": "Ti,Qq"}, "'Qq' is no element"),
        ({"elements": ["Ti", "\ud800"]}, "elements"),
        ({"elements": []}, "names none"),
        ({"elements": ""}, "names none"),
        ({"elements": {"Ti": 1}}, "elements"),
        ({"elements": ["Ti"] * 201}, "elements"),
        ({"elements": "Ti," * 500}, "elements"),
        ({"composition": "Xx2"}, "is no formula"),
        ({"composition": ""}, "is no formula"),
        ({"composition": "Si1000000000000"}, "too many atoms; expected at most 8"),
        ({"composition": "H1e308"}, "composition"),
        ({"composition": "(" * 101 + ")" * 99}, "composition"),
        ({"composition": "H" * 201}, "composition"),
        ({"composition": "Si0.5"}, "no formula of whole atoms"),
        ({"composition": "Si9"}, "has 9 atoms; expected at most 8"),
        ({"composition": "SrTiO3", "elements": "Sr"}, "one of the two"),
        ({"composition": "SrTiO3", "num_atoms": 7}, "a multiple of the 5"),
        ({"property": "high"}, "property: input should be a valid number"),
        ({"property": True}, "property: a number is expected"),
        ({"model": "plain", "property": 1.0}, "the generator was trained without one"),
        ({"symprec": 0}, "symprec: is 0; expected more than 0"),
        ({"novel": "perhaps"}, "novel"),
        ({"batch_size": 1}, "batch_size: extra inputs are not permitted"),
        ({"model": ""}, "model"),
        ({"model": 3}, "model"),
        ({"model": "linear"}, "linear is a forecaster; expected one of crystals, plain"),
    ],
    ids=range(42),
)  # fmt: skip
def test_wishes_that_cannot_be_met(client, wish, told):
    body = json.dumps({**FEW, **wish})
    assert told in refused(client.post(URL, content=body, headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize("value", ["NaN", "Infinity", "-Infinity", "1e400"])
def test_numbers_that_are_none(client, value):
    body = f'{{"model": "crystals", "n": 1, "steps": 1, "property": {value}}}'
    assert "property" in refused(client.post(URL, content=body, headers={"Content-Type": "application/json"}))


@pytest.mark.parametrize("value", [1e30, -1e30, 1e300, 3.4e38])
def test_values_far_from_all_crystals_give_crystals_or_a_refusal(client, value):
    answer = client.post(URL, json={**FEW, "n": 1, "property": value})
    assert answer.status_code in (200, 422), answer.text
    assert "NaN" not in answer.text


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (b"", "application/json"),
        (b"{", "application/json"),
        (b"[1]", "application/json"),
        (b"null", "application/json"),
        (b"\xff\xfe{}", "application/json"),
        (b'{"model": "crystals"', "application/json"),
        (b"[" * 20_000, "application/json"),
        (b'{"n": ' + b"9" * 10_000 + b"}", "application/json"),
        (b'{"model": "\\ud800"}', "application/json"),
        (b'{"model": "crystals", "\\ud800": 1}', "application/json"),
        (b'{"model": "crystals", "composition": "\\ud800"}', "application/json"),
        (b"model=crystals", "application/x-www-form-urlencoded"),
        (b"model: crystals", "text/yaml"),
    ],
    ids=range(13),
)
def test_bodies_that_are_no_json(client, body, kind):
    answer = client.post(URL, content=body, headers={"Content-Type": kind})
    assert answer.status_code in (400, 404, 415, 422), answer.text
    assert answer.json()["detail"]


def test_models_that_make_no_crystals(client):
    assert "'nowhere' is not served" in refused(client.post(URL, json={**FEW, "model": "nowhere"}), 404)
    assert "is not served" in refused(client.post(URL, json={**FEW, "model": "../crystals"}), 404)


@pytest.mark.parametrize(
    ("accept", "kind"),
    [
        ("*/*", "application/json"),
        ("", "application/json"),
        ("application/*", "application/json"),
        ("application/zip, application/json;q=0.5", "application/zip"),
        ("application/zip;q=0.2, application/json;q=0.5", "application/json"),
        ("application/json;q=0, */*", "application/zip"),
        ("text/html, */*;q=0.1", "application/json"),
        ("text/html", None),
        ("application/zip;q=x", None),
        (",;=", "application/json"),
    ],
)
def test_the_form_that_is_accepted_best(client, accept, kind):
    answer = client.post(URL, json={**FEW, "n": 1, "steps": 1}, headers={"Accept": accept})
    if kind is None:
        assert "asks for none of application/json, application/zip" in refused(answer, 406)
    else:
        assert answer.headers["content-type"] == kind


def test_the_documents_examples_run(serve):
    client = serve(models=("perov-flow",))
    document = client.get("/openapi.json").json()["paths"][URL]["post"]
    examples = document["requestBody"]["content"]["application/json"]["examples"]
    assert set(examples) == {"composition", "elements", "property"}
    for example in examples.values():
        document = client.post(URL, json={**example["value"], "steps": 5}).json()
        assert len(document["crystals"]) == example["value"]["n"]
        assert document["property_name"] == "heat_ref"
    wanted = CrystalGenerator.load("perov-flow").generate(2, "SrTiO3", seed=1, steps=5)
    answer = client.post(URL, json={**examples["composition"]["value"], "steps": 5}).json()
    assert [one["density_g_cm3"] for one in answer["crystals"]] == pytest.approx(wanted.density.tolist())
