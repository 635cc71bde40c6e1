"""MLCommons Croissant 1.0: the same release described for machines, with the digest of every data file."""

from __future__ import annotations

from collections.abc import Sequence

from sayso.facts.canonical import canonical
from sayso.facts.instants import iso
from sayso.release.plan import FileOf, Plan

_CONTEXT = {
    "@language": "en",
    "@vocab": "https://schema.org/",
    "citeAs": "cr:citeAs",
    "column": "cr:column",
    "conformsTo": "dct:conformsTo",
    "cr": "http://mlcommons.org/croissant/",
    "rai": "http://mlcommons.org/croissant/RAI/",
    "data": {"@id": "cr:data", "@type": "@json"},
    "dataType": {"@id": "cr:dataType", "@type": "@vocab"},
    "dct": "http://purl.org/dc/terms/",
    "equivalentProperty": "cr:equivalentProperty",
    "examples": {"@id": "cr:examples", "@type": "@json"},
    "extract": "cr:extract",
    "field": "cr:field",
    "fileProperty": "cr:fileProperty",
    "fileObject": "cr:fileObject",
    "fileSet": "cr:fileSet",
    "format": "cr:format",
    "includes": "cr:includes",
    "isLiveDataset": "cr:isLiveDataset",
    "jsonPath": "cr:jsonPath",
    "key": "cr:key",
    "md5": "cr:md5",
    "parentField": "cr:parentField",
    "path": "cr:path",
    "recordSet": "cr:recordSet",
    "references": "cr:references",
    "regex": "cr:regex",
    "repeated": "cr:repeated",
    "replace": "cr:replace",
    "samplingRate": "cr:samplingRate",
    "sc": "https://schema.org/",
    "separator": "cr:separator",
    "source": "cr:source",
    "subField": "cr:subField",
    "transform": "cr:transform",
}
"""The context the standard prints; readers compare it."""

_KINDS = {"parquet": "application/x-parquet", "jsonl": "application/jsonlines"}
_COLUMNS = {
    "id": "The blinded id of the conversation in this release.",
    "language": "The main language, as a tag; empty where it is not known.",
    "surface": "Where the conversation was held.",
    "tier": "The tier of the account when the turns were collected.",
}


def croissant(plan: Plan, files: Sequence[FileOf]) -> bytes:
    """Return the bytes of `croissant.json` for a release of *plan* whose data files are *files*."""
    shown = [file for file in files if file.path.rpartition(".")[2] in _KINDS]
    about: dict[str, object] = {
        "@context": _CONTEXT,
        "@type": "sc:Dataset",
        "conformsTo": "http://mlcommons.org/croissant/1.0",
        "name": plan.name,
        "description": plan.description or f"Conversations permitted for {plan.purpose.replace('_', ' ')}, release {plan.name}.",
        "license": plan.license,
        "datePublished": iso(plan.at),
        "version": "1.0.0",
        "isLiveDataset": False,
        "distribution": [_object(file) for file in shown] + [_set()],
        "recordSet": [_records()],
    }
    if plan.operator:
        about["creator"] = {"@type": "sc:Organization", "name": plan.operator}
    return canonical(about)


def _object(file: FileOf) -> dict[str, object]:
    return {
        "@type": "cr:FileObject",
        "@id": file.path,
        "name": file.path,
        "contentUrl": file.path,
        "contentSize": f"{file.bytes} B",
        "encodingFormat": _KINDS[file.path.rpartition(".")[2]],
        "sha256": file.sha256,
    }


def _set() -> dict[str, object]:
    return {
        "@type": "cr:FileSet",
        "@id": "parquet",
        "name": "parquet",
        "description": "All Parquet shards of the split `train`.",
        "encodingFormat": _KINDS["parquet"],
        "includes": "data/*.parquet",
    }


def _records() -> dict[str, object]:
    return {
        "@type": "cr:RecordSet",
        "@id": "train",
        "name": "train",
        "key": {"@id": "train/id"},
        "field": [
            *(
                {
                    "@type": "cr:Field",
                    "@id": f"train/{name}",
                    "name": name,
                    "description": text,
                    "dataType": "sc:Text",
                    "source": _source(name),
                }
                for name, text in _COLUMNS.items()
            ),
            {
                "@type": "cr:Field",
                "@id": "train/labels",
                "name": "labels",
                "description": "Labels such as skill:coding.",
                "repeated": True,
                "dataType": "sc:Text",
                "source": _source("labels"),
            },
            {
                "@type": "cr:Field",
                "@id": "train/messages",
                "name": "messages",
                "repeated": True,
                "description": "The messages in order, each with a role and its content.",
                "subField": [
                    {
                        "@type": "cr:Field",
                        "@id": f"train/messages/{part}",
                        "name": part,
                        "description": text,
                        "dataType": "sc:Text",
                        "source": {**_source("messages"), "transform": {"jsonPath": part}},
                    }
                    for part, text in (("role", "system, user, assistant or tool."), ("content", "The words, masked."))
                ],
            },
        ],
    }


def _source(column: str) -> dict[str, object]:
    return {"fileSet": {"@id": "parquet"}, "extract": {"column": column}}
