"""Converts files, runs add-ons and keeps webhooks with pyuploadcare, and tells in JSON what it saw."""

import json

from client import uploadcare
from pyuploadcare.api.addon_entities import (
    AddonClamAVExecutionParams,
    AddonLabels,
    AddonRemoveBGExecutionParams,
)
from pyuploadcare.exceptions import InvalidRequestError, WebhookIsNotUnique
from pyuploadcare.transformations.document import DocumentFormat, DocumentTransformation
from pyuploadcare.transformations.video import Quality, ResizeMode, VideoFormat, VideoTransformation

files = {file.info["original_filename"]: file for file in uploadcare.list_files(limit=100)}
pdf, video, photo = files["report (1).pdf"], files["video.mp4"], files["IMG_8919.jpeg"]


def until(end, ask):
    """All states up to the end."""
    states = []
    while end not in states:
        states.append(ask())
    return states


def document_job():
    path = DocumentTransformation().format(DocumentFormat.jpg).path(pdf.uuid)
    api = uploadcare.document_convert_api
    job = api.convert([path], store=True, save_in_group=True).result[0]
    states = until("finished", lambda: api.status(job.token).status)
    info = api.retrieve(pdf.uuid)
    return {
        "source": pdf.uuid,
        "path": job.original_source,
        "made": str(api.status(job.token).result.uuid),
        "states": states,
        "format": info.format.name,
        "formats": [format.name for format in info.format.conversion_formats],
        "group": pdf.get_converted_document_group(DocumentFormat.jpg).id,
    }


def video_job():
    transformation = VideoTransformation().format(VideoFormat.webm).size(640, 360, ResizeMode.add_padding)
    path = transformation.quality(Quality.best).cut("0:0:5.000", "15").thumbs(2).path(video.uuid)
    api = uploadcare.video_convert_api
    job = api.convert([path], store=False).result[0]
    states = until("finished", lambda: api.status(job.token).status)
    return {
        "source": video.uuid,
        "path": job.original_source,
        "made": str(job.uuid),
        "states": states,
        "group": api.status(job.token).result.thumbnails_group_uuid,
    }


def converted_at_once():
    """The short way, which leaves the waiting to the caller."""
    page = pdf.convert(DocumentTransformation().format(DocumentFormat.png).page(2))
    clip = video.convert(VideoTransformation().thumbs(1))
    return {"page": page.uuid, "clip": clip.uuid, "thumbnails": clip.thumbnails_group_uuid}


def problem():
    try:
        uploadcare.file(photo.uuid).convert_video(VideoTransformation().format(VideoFormat.ogg))
    except InvalidRequestError as error:
        return str(error)


def names(data):
    return [label["name"] for label in data["labels"]]


def addon(name, found, params=None):
    api = uploadcare.addons_api
    request_id = api.execute(photo.uuid, name, params).request_id
    states = until("done", lambda: api.status(request_id, name).status.value)
    appdata = photo.update_info(include_appdata=True)["appdata"]
    return {
        "states": states,
        "result": api.status(request_id, name).result,
        "found": found(appdata[name.value]["data"]),
    }


def webhooks():
    def seen(webhook):
        names = ["id", "project", "event", "target_url", "is_active", "signing_secret"]
        return {name: getattr(webhook, name) for name in names}

    first = uploadcare.create_webhook("https://example.com/hook", event="file.stored", signing_secret="12345X")
    other = uploadcare.create_webhook("https://example.com/hook", is_active=False)
    try:
        uploadcare.create_webhook("https://example.com/hook")
        refused = None
    except WebhookIsNotUnique as error:
        refused = str(error)
    listed = [seen(webhook) for webhook in uploadcare.list_webhooks()]
    updated = uploadcare.update_webhook(first, target_url="https://example.com/new", event="file.info_updated")
    uploadcare.delete_webhook(other)
    return {"created": [seen(first), seen(other)], "listed": listed, "refused": refused, "updated": seen(updated)}


told = {
    "document": document_job(),
    "video": video_job(),
    "at_once": converted_at_once(),
    "problem": problem(),
    "photo": photo.uuid,
    "addons": {
        "aws_rekognition_detect_labels": addon(AddonLabels.AWS_LABEL_RECOGNITION, names),
        "aws_rekognition_detect_moderation_labels": addon(AddonLabels.AWS_MODERATION_LABELS, names),
        "uc_clamav_virus_scan": addon(
            AddonLabels.CLAM_AV,
            lambda data: data["infected"],
            AddonClamAVExecutionParams(purge_infected=True),
        ),
        "remove_bg": addon(
            AddonLabels.REMOVE_BG,
            lambda data: data["foreground_type"],
            AddonRemoveBGExecutionParams(crop=True, type_level="2"),
        ),
    },
    "webhooks": webhooks(),
}
print(json.dumps(told, default=str))
