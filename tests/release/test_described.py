"""What a release says of itself, to people, to the `datasets` library and to Croissant readers."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from msgspec.structs import replace

from sayso.release import Manifest, write

from .conftest import plan_of, row_of

READ = """
import json, sys
import datasets
folder = sys.argv[1]
whole = datasets.load_dataset(folder, split="train")
files = datasets.load_dataset("parquet", data_files=folder + "/data/*.parquet", split="train")
lines = datasets.load_dataset("json", data_files=folder + "/jsonl/*.jsonl", split="train")
assert list(datasets.load_dataset(folder)) == ["train"]
print(json.dumps({"whole": whole.to_list(), "files": files.to_list(), "lines": lines.to_list(), "type": str(whole.features["messages"])}))
"""


def front(folder: Path) -> dict[str, object]:
    _, matter, _ = (folder / "README.md").read_text().split("---\n", 2)
    read: dict[str, object] = yaml.safe_load(matter)
    return read


def through_datasets(folder: Path) -> dict[str, list[dict[str, object]]]:
    done = subprocess.run([sys.executable, "-c", READ, str(folder)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    read: dict[str, list[dict[str, object]]] = json.loads(done.stdout.splitlines()[-1])
    return read


def test_the_datasets_library_reads_each_row_once_and_mixes_no_formats(
    autumn: tuple[Path, Manifest], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path / "hf"))
    for setting in ("HF_HUB_OFFLINE", "HF_DATASETS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY"):
        monkeypatch.setenv(setting, "1")
    folder, manifest = autumn
    read = through_datasets(folder)
    assert len(read["whole"]) == manifest.rows == 20
    assert read["whole"] == read["files"] == read["lines"]
    first = read["whole"][0]
    assert [message["role"] for message in first["messages"]] == ["user", "assistant"]  # type: ignore[attr-defined]
    assert set(first["messages"][0]) == {"role", "content"}  # type: ignore[index]


def test_the_front_matter_is_yaml_whatever_the_languages(releases: Path) -> None:
    rows = [row_of("ana", 1, language="no"), row_of("ana", 2, language="pt-BR"), row_of("ana", 3, language="")]
    write(releases, replace(plan_of("1e5"), license="other", description="Pears: [a] 'guide' | #1\n---\n<script>"), rows)
    matter = front(releases / "1e5")
    assert matter["language"] == ["no", "pt"]
    assert matter["pretty_name"] == "1e5"
    assert matter["license"] == "other"
    assert matter["size_categories"] == ["n<1K"]
    assert [config["config_name"] for config in matter["configs"]] == ["default"]  # type: ignore[attr-defined]
    text = (releases / "1e5" / "README.md").read_text()
    assert "<script>" not in text
    assert "| not known | 1 |" in text


def test_the_card_says_what_was_left_out_and_masked_and_not_promised(autumn: tuple[Path, Manifest]) -> None:
    text = (autumn[0] / "README.md").read_text()
    for line in ("| Bo refused | 1 |", "| Cy was never asked | 2 |", "| email | 3 |", "art. 53(1)(d): section 2.4", "AB 2013"):
        assert line in text
    for number in range(1, 13):
        assert f"\n{number}. **" in text
    assert "\n13. **" not in text
    assert "does not promise" in text
    assert autumn[1].root in text


def test_a_release_nobody_masked_says_so_loudly(releases: Path) -> None:
    write(releases, replace(plan_of(), scrub=None), [row_of("ana")])
    text = (releases / "autumn" / "README.md").read_text()
    assert "NOTHING WAS MASKED" in text
    assert "NO masking is recorded" in text


def test_croissant_names_every_data_file_with_its_digest(autumn: tuple[Path, Manifest]) -> None:
    folder, manifest = autumn
    about = json.loads((folder / "croissant.json").read_bytes())
    assert about["conformsTo"] == "http://mlcommons.org/croissant/1.0"
    objects = {one["contentUrl"]: one["sha256"] for one in about["distribution"] if one["@type"] == "cr:FileObject"}
    assert set(objects) == set(manifest.paths("data") + manifest.paths("jsonl"))
    for path, expected in objects.items():
        assert hashlib.sha256((folder / path).read_bytes()).hexdigest() == expected
    names = {one["name"] for one in about["recordSet"][0]["field"]}
    assert names == {"id", "messages", "language", "surface", "tier", "labels"}


def test_croissant_is_valid_to_its_own_library_where_that_is_installed(autumn: tuple[Path, Manifest]) -> None:
    mlcroissant = pytest.importorskip("mlcroissant", reason="mlcroissant is no dependency; install it to check against it")
    data = mlcroissant.Dataset(jsonld=str(autumn[0] / "croissant.json"))
    assert not data.metadata.ctx.issues.errors
    assert len(list(data.records("train"))) == 20
