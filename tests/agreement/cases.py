"""What pyuploadcare is asked for, and what the same is here: calls of uc_ops_* where there is one
for it, else the operations as the service writes them."""

import random

from calls import Calls
from pyuploadcare.transformations.document import DocumentFormat
from pyuploadcare.transformations.image import (
    ColorAdjustment,
    CropAlignment,
    Gif2VideoFormat,
    Gif2VideoQuality,
    HorizontalTextAlignment,
    ImageFilter,
    ImageFormat,
    ImageQuality,
    OverlayOffset,
    ScaleCropMode,
    SRGBConversion,
    StretchMode,
    StripMetaMode,
    TextBoxMode,
    VerticalTextAlignment,
)
from pyuploadcare.transformations.video import Quality, ResizeMode, VideoFormat

UUID = "22240276-2f06-41f8-9411-755c8ce926ed"

ADJUSTMENTS = {
    ColorAdjustment.brightness: (-100, 100),
    ColorAdjustment.exposure: (-500, 500),
    ColorAdjustment.gamma: (0, 1000),
    ColorAdjustment.contrast: (-100, 500),
    ColorAdjustment.saturation: (-100, 500),
    ColorAdjustment.vibrance: (-100, 500),
    ColorAdjustment.warmth: (-100, 100),
}

they, we = Calls(), Calls()


def sizes():
    yield they.preview(), we.preview(0, 0)
    for width, height in [(1, 1), (640, 480), (3000, 3000)]:
        yield they.preview(width, height), we.preview(width, height)
        yield they.resize(width, height), we.resize(width, height)
        yield they.smart_resize(width, height), f"-/smart_resize/{width}x{height}/"
        yield they.scale_crop(width, height), we.scale_crop(width, height, None)
    for side in [1, 500, 3000]:
        yield they.resize(width=side), we.resize(side, 0)
        yield they.resize(height=side), we.resize(0, side)
    for mode in ScaleCropMode:
        yield they.scale_crop(300, 200, mode=mode), we.scale_crop(300, 200, mode)
    for x, y in [(1, 1), (50, 25), (100, 100)]:
        yield they.scale_crop(300, 200, x, y), we.scale_crop(300, 200, f"{x}p,{y}p")
    for mode in StretchMode:
        yield [they.stretch(mode), they.resize(300)], f"-/stretch/{mode}/-/resize/300x/"


def crops():
    for width, height in [(1, 1), (640, 480), (3000, 3000)]:
        yield they.crop(width, height), we.crop(width, height, None)
        yield they.crop(width, height, 1, 2000), we.crop(width, height, "1,2000")
        yield they.crop(width, height, "0", "50p"), we.crop(width, height, "0,50p")
    for alignment in CropAlignment:
        yield they.crop(300, 200, alignment=alignment), we.crop(300, 200, alignment)
    yield they.crop("50p", "30p"), "-/crop/50px30p/"


def outputs():
    for image_format in ImageFormat:
        yield they.format(image_format), we.format(image_format)
    for quality in ImageQuality:
        yield they.quality(quality), we.quality(quality)
    for mode in StripMetaMode:
        yield they.strip_meta(mode), f"-/strip_meta/{mode}/"
    for choice, written in [(True, "yes"), (False, "no")]:
        yield they.progressive(choice), f"-/progressive/{written}/"
    yield they.rasterize(), "-/rasterize/"
    for color in ["f0c", "ff00cc", "FF00CC80"]:
        yield they.setfill(color), f"-/setfill/{color}/"
    yield they.set("inline", ["yes"]), "-/inline/yes/"


def effects():
    for adjustment in ColorAdjustment:
        for value in [*ADJUSTMENTS[adjustment], 0]:
            yield they.adjust_color(adjustment, value), f"-/{adjustment}/{value}/"
    for image_filter in ImageFilter:
        yield they.filter(image_filter), f"-/filter/{image_filter}/"
        for value in [-100, 0, 200]:
            yield they.filter(image_filter, value), f"-/filter/{image_filter}/{value}/"
    for name, most in [("enhance", 100), ("sharp", 20), ("blur", 5000)]:
        yield getattr(they, name)(), f"-/{name}/"
        for value in [1, most]:
            yield getattr(they, name)(value), f"-/{name}/{value}/"
    for amount in [-200, 1, 100]:
        yield they.blur(10, amount), f"-/blur/10/{amount}/"
    yield they.blur_faces(), "-/blur_region/faces/"
    yield they.blur_region(100, 200, 0, 10), "-/blur_region/100x200/0,10/"
    for strength in [0, 5000]:
        yield they.blur_faces(strength), f"-/blur_region/faces/{strength}/"
        yield they.blur_region("50p", "20p", "5p", 0, strength), f"-/blur_region/50px20p/5p,0/{strength}/"
    for conversion in SRGBConversion:
        yield they.srgb(conversion), f"-/srgb/{conversion}/"
    for number in [0, 10, 1000]:
        yield they.max_icc_size(number), f"-/max_icc_size/{number}/"
    for angle in range(-360, 361, 90):
        yield they.rotate(angle), f"-/rotate/{angle}/"
    for choice, written in [(True, "yes"), (False, "no")]:
        yield they.autorotate(choice), f"-/autorotate/{written}/"
    for name in ["grayscale", "invert", "flip", "mirror"]:
        yield getattr(they, name)(), f"-/{name}/"
    for amount in [1, 100]:
        yield they.zoom_objects(amount), f"-/zoom_objects/{amount}/"
    yield they.border_radius(0), "-/border_radius/0/"
    yield they.border_radius("50%", "30p"), "-/border_radius/50p/30p/"
    yield they.border_radius([1, "2%", 3, 4], [10, 20]), "-/border_radius/1,2p,3,4/10,20/"


def overlays():
    for image, name, first in [(UUID, "overlay", [UUID]), ("self", "overlay_self", [])]:
        overlay = getattr(they, name)
        yield overlay(*first), we.overlay(image, None, None, 0)
        yield overlay(*first, "50%", "25%"), we.overlay(image, "50px25p", None, 0)
        for offset in OverlayOffset:
            yield overlay(*first, 640, 480, offset), we.overlay(image, "640x480", offset, 0)
        for strength in [1, 100]:
            ours = we.overlay(image, "1x100p", "0,5p", strength)
            yield overlay(*first, 1, "100%", None, 0, "5%", strength), ours
        # uc_ops_overlay() has 0 for the default.
        yield overlay(*first, 1, 1, None, 0, 0, 0), f"-/overlay/{image}/1x1/0,0/0p/"
    for color in ["f0c", "ff00cc", "ff00cc80"]:
        yield they.rect(color, "50%", 20, None, "5%", "100%"), f"-/rect/{color}/50px20/5p,100p/"
    for offset in OverlayOffset:
        yield they.rect("000", 10, 20, offset), f"-/rect/000/10x20/{offset}/"


def texts():
    words = "Größe ~1/2\n100% & +: «☃»"
    for offset in OverlayOffset:
        yield they.text(words, 10, "20%", offset), we.text("10x20p", offset, words)
    for horizontal in HorizontalTextAlignment:
        for vertical in VerticalTextAlignment:
            aligned = {"horizontal_alignment": horizontal, "vertical_alignment": vertical}
            yield text_with(f"-/text_align/{horizontal}/{vertical}/", aligned)
    for mode in TextBoxMode:
        yield text_with(f"-/text_box/{mode}/", {"box_mode": mode})
        filled = {"box_mode": mode, "box_color": "fc0", "box_padding": 5}
        yield text_with(f"-/text_box/{mode}/fc0/5/", filled)
    for size in [1, 9999]:
        yield text_with(f"-/font/{size}/ff00cc80/", {"font_size": size, "font_color": "ff00cc80"})
    chance = random.Random(5)
    for words in [random_words(chance) for _ in range(2000)]:
        yield they.text(words, "100%", "50%", None, 0, "50%"), we.text("100px50p", "0,50p", words)


def text_with(operations, options):
    theirs = they.text("a", 10, 20, offset_x="0", offset_y="0", **options)
    return theirs, [we.raw(operations), we.text("10x20", "0,0", "a")]


def random_words(chance):
    """Any characters, more often those that mean something. An x in front, since "-", "." and ".."
    cannot stand alone; and none of the CR that pyuploadcare passes on and we write as a new line."""
    kinds = [
        lambda: chance.choice("~/\n%-.+ ?#&'\"\\"),
        lambda: chr(chance.randrange(1, 0x250)),
        lambda: chr(chance.choice([chance.randrange(1, 0xD800), chance.randrange(0xE000, 0x110000)])),
    ]
    words = "x" + "".join(chance.choice(kinds)() for _ in range(chance.randrange(30)))
    return words.replace("\r", "\n")


def faces():
    yield they.detect_faces(), "detect_faces/"
    yield [they.resize(300), they.detect_faces()], "-/resize/300x/detect_faces/"


def animations():
    yield they.gif2video(), "gif2video/"
    for video_format in Gif2VideoFormat:
        yield they.gif2video(video_format), f"gif2video/-/format/{video_format}/"
        theirs = [they.gif2video(), they.preview(320, 240), they.gif2video_format(video_format)]
        yield theirs, f"gif2video/-/preview/320x240/-/format/{video_format}/"
    for quality in Gif2VideoQuality:
        both = f"gif2video/-/format/webm/-/quality/{quality}/"
        yield they.gif2video(Gif2VideoFormat.webm, quality), both
        theirs = [they.gif2video(), they.crop(10, 20), they.gif2video_quality(quality)]
        yield theirs, f"gif2video/-/crop/10x20/-/quality/{quality}/"


def videos():
    for video_format in VideoFormat:
        yield they.format(video_format), f"-/format/{video_format}/"
    for quality in Quality:
        yield they.quality(quality), f"-/quality/{quality}/"
    for mode in ResizeMode:
        yield they.size(640, 360, mode), f"-/size/640x360/{mode}/"
    yield they.size(width=4), "-/size/4x/"
    yield they.size(height=1080), "-/size/x1080/"
    for start, length in [("000:00:05.000", "000:00:15.000"), ("0:0:5.000", "15"), ("1:2:3", "end"), ("0:0:0.0", "0:0:1.0")]:
        yield they.cut(start, length), f"-/cut/{start}/{length}/"
    for count in [1, 50]:
        yield they.thumbs(count), f"-/thumbs~{count}/"
    theirs = [they.size(1280, 720), they.set("format", ["webm"]), they.cut("0:0:0", "end"), they.thumbs(4)]
    yield theirs, "-/size/1280x720/-/format/webm/-/cut/0:0:0/end/-/thumbs~4/"


def documents():
    for document_format in DocumentFormat:
        yield they.format(document_format), f"-/format/{document_format}/"
        theirs = [they.format(document_format), they.page(1)]
        yield theirs, f"-/format/{document_format}/-/page/1/"
    yield they.page(1000), "-/page/1000/"
    yield [they.set("format", ["png"]), they.set("dpi", ["300"])], "-/format/png/-/dpi/300/"


# What pyuploadcare writes and the service does not know, and why not.
REFUSED_OF_IMAGES = [
    ("one side is enough for resize only", they.preview(width=300)),
    ("one side is enough for resize only", they.preview(height=300)),
    ("a size without sides", they.resize()),
    ("a percent sign that is not encoded", they.crop(300, 200, "50%", "50%")),
    ("a percent sign that is not encoded", they.blur_region("50%", "50%", 0, 0)),
    ("an adjustment has no default", they.adjust_color(ColorAdjustment.brightness)),
    ("each parameter needs those before it", they.overlay(UUID, offset=OverlayOffset.top)),
    ("each parameter needs those before it", they.overlay(UUID, 10, 10, strength=50)),
    ("a rectangle needs a place", they.rect("f0c", 10, 10)),
    ("a text needs a place", they.text("a", 10, 10)),
    ("a text needs a character", they.text("", 10, 10, OverlayOffset.top)),
    ("a dash begins an operation", they.text("-", 10, 10, OverlayOffset.top)),
    ("browsers remove a dot between slashes", they.text(".", 10, 10, OverlayOffset.top)),
    ("browsers remove two dots between slashes", they.text("..", 10, 10, OverlayOffset.top)),
    ("a size is in whole numbers", they.resize(1.5)),
    ("out of range", they.resize(3001)),
    ("out of range", they.resize(-1)),
    ("out of range", they.zoom_objects(0)),
    ("out of range", they.zoom_objects(101)),
    ("out of range", they.enhance(101)),
    ("out of range", they.sharp(21)),
    ("out of range", they.blur(5001)),
    ("out of range", they.blur(10, 101)),
    ("out of range", they.filter(ImageFilter.adaris, 201)),
    ("out of range", they.overlay_self(10, 10, OverlayOffset.top, strength=101)),
    ("no right angle", they.rotate(45)),
    ("no color", they.setfill("#ff00cc")),
    ("no color", they.setfill("red")),
    *(
        ("out of range", they.adjust_color(adjustment, value))
        for adjustment, (least, most) in ADJUSTMENTS.items()
        for value in [least - 1, most + 1]
    ),
]

REFUSED_OF_VIDEOS = [
    ("a size without sides", they.size()),
    ("no multiple of four", they.size(638, 360)),
    ("a time has hours, minutes and seconds", they.cut("5", "end")),
    ("out of range", they.thumbs(0)),
    ("out of range", they.thumbs(51)),
]

REFUSED_OF_DOCUMENTS = [("pages are counted from 1", they.page(0))]
