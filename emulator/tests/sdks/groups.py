"""Lists, inspects and deletes groups with pyuploadcare, and tells in JSON what it saw."""

import json
from datetime import datetime, timezone

from client import uploadcare


def listed(**options):
    return [group.id for group in uploadcare.list_file_groups(**options)]


def inspected(group_id):
    info = uploadcare.file_group(group_id).info
    files = [file and str(file["uuid"]) for file in info["files"]]
    return {"id": info["id"], "files_count": info["files_count"], "files": files}


def file_seen(uuid):
    info = uploadcare.file(uuid).update_info(include_appdata=True)
    return {"uuid": str(info["uuid"]), "name": info["original_filename"], "size": info["size"]}


groups = listed(request_limit=100)
infos = [inspected(group_id) for group_id in groups[:12]]
start = datetime(2020, 1, 5, 4, tzinfo=timezone.utc)
told = {
    "groups": groups,
    "newest_first": listed(ordering="-datetime_created", request_limit=40),
    "from": listed(ordering="datetime_created", starting_point=start, request_limit=60),
    "infos": infos,
    "files": [file_seen(uuid) for uuid in infos[11]["files"] if uuid],
    "deleted": groups[3],
}
uploadcare.file_group(groups[3]).delete()
print(json.dumps(told))
