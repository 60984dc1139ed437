"""Does with files what pyuploadcare can do with them, and tells in JSON what it saw."""

import json
from datetime import datetime, timezone

from client import uploadcare
from pyuploadcare.exceptions import InvalidRequestError

UNKNOWN = "00000000-0000-4000-8000-000000000000"


def listed(**options):
    return [file.uuid for file in uploadcare.list_files(**options)]


def file_seen(uuid):
    info = uploadcare.file(uuid).update_info(include_appdata=True)
    names = ["size", "mime_type", "is_image", "metadata", "tags"]
    scan = (info["appdata"] or {}).get("uc_clamav_virus_scan")
    return {
        "uuid": str(info["uuid"]),
        "original_filename": info["original_filename"],
        "infected": scan and scan["data"]["infected"],
        **{name: info[name] for name in names},
    }


def batch(change, uuids):
    done = change([*uuids, UNKNOWN, "4j334o01-8bs3"])
    return {"uuids": sorted(str(file.uuid) for file in done.result), "problems": done.problems}


def copied(uuid):
    copy = uploadcare.file(uuid).create_local_copy(effects="grayscale/", store=True)
    return {
        "local": copy.uuid,
        "remote": [uploadcare.file(uuid).create_remote_copy("backup") for _ in range(2)],
        "pattern": uploadcare.file(uuid).create_remote_copy("backup", pattern="${filename}${ext}"),
    }


def noted(uuid):
    metadata = uploadcare.metadata_api
    return {
        "set": metadata.update_or_create_key(uuid, "a:b", "größer"),
        "changed": metadata.update_or_create_key(uuid, "a:b", "kleiner"),
        "other": metadata.update_or_create_key(uuid, "other", "gone"),
        "value": metadata.get_key(uuid, "a:b"),
        "deleted": metadata.delete_key(uuid, "other"),
        "all": metadata.get_all_metadata(uuid),
    }


def tagged(uuid):
    file = uploadcare.file(uuid)
    return {
        "replaced": file.set_tags(["dog", "Cat"]).model_dump(),
        "updated": file.update_tags(add=["bird"], delete=["dog"]).model_dump(),
        "all": file.get_tags(),
    }


def searched():
    large = {"size": {"gte": 1_000_000}, "sort": ["-size", "datetime_uploaded"]}
    best = uploadcare.search_files({"phrase": {"original_filename": "dance"}}, limit=1)
    exact = {"exact": {"metadata": {"a:b": ["kleiner"]}}, "tags": {"all": ["bird"]}}
    return {
        "large": [str(file.uuid) for file in uploadcare.iterate_search_files(large, request_limit=100)],
        "highlight": best.results[0].highlight.original_filename,
        "total": best.total,
        "exact": [str(file.uuid) for file in uploadcare.search_files(exact).results],
    }


def refused():
    try:
        uploadcare.search_files({"size": {"gt": 2, "lt": 1}})
    except InvalidRequestError as error:
        return str(error)


files = listed(request_limit=100)
temporary = listed(stored=False, request_limit=1000)
told = {
    "files": files,
    "newest_first": listed(ordering="-datetime_uploaded", request_limit=1000),
    "stored": listed(stored=True, request_limit=1000),
    "temporary": temporary,
    "removed": listed(removed=True, request_limit=1000),
    "from": listed(starting_point=datetime(2020, 1, 5, tzinfo=timezone.utc), request_limit=1000),
    "count": uploadcare.list_files().count(),  # which would not send a filter
    "infos": [file_seen(uuid) for uuid in files[:12]],
}
file = uploadcare.file(temporary[0])
file.store()
told["stored_one"] = {"uuid": file.uuid, "datetime_stored": file.datetime_stored.isoformat()}
file = uploadcare.file(files[-1])
file.delete()
told["removed_one"] = {"uuid": file.uuid, "datetime_removed": file.datetime_removed.isoformat()}
told["stored_many"] = batch(uploadcare.files_api.batch_store, temporary[1:4])
told["removed_many"] = batch(uploadcare.files_api.batch_delete, files[-5:-1])
told["source"] = files[0]
told["copies"] = copied(told["source"])
told["metadata"] = noted(told["source"])
told["tags"] = tagged(told["source"])
told["search"] = searched()
told["refused"] = refused()
project = uploadcare.get_project_info()
told["project"] = {"name": project.name, "pub_key": project.pub_key}
print(json.dumps(told))
