//! The grammar of operations: https://uploadcare.com/docs/transformations/image/
//!
//! This table is the one source of what is checked, of OPERATIONS.md, and of the tests.

use super::value::Value::{self, *};

/// What operations work on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Image,
    /// What becomes a video because of `gif2video/`.
    Animation,
    /// A path for uc_convert_video().
    Video,
    /// A path for uc_convert_document().
    Document,
}

/// How an operation is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writing {
    /// `-/name/parameter/`
    Usual,
    /// `-/name~parameter/`
    Joined,
    /// `name/parameter/`, without the dash
    Plain,
}

/// Where an operation may stand among the others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Order {
    Anywhere,
    /// At the beginning; what follows works on something else, or nothing may follow.
    First(Option<Subject>),
    Last,
    /// In front of what it is for.
    Before(&'static str),
    /// It needs one that makes the picture, anywhere: see [`Operation::makes_picture`].
    WithPicture,
}

pub struct Parameter {
    pub name: &'static str,
    pub value: Value,
    pub required: bool,
}

pub struct Operation {
    pub subject: Subject,
    pub name: &'static str,
    pub writing: Writing,
    pub order: Order,
    /// Others need one of these.
    pub makes_picture: bool,
    /// The lists of parameters that it takes, any one of them.
    pub forms: &'static [&'static [Parameter]],
    /// What it does.
    #[cfg_attr(not(test), expect(dead_code, reason = "only the reference tells it"))]
    pub about: &'static str,
}

impl Operation {
    /// How it is written, in each of its forms.
    pub fn usage(&self) -> String {
        self.forms.iter().map(|form| self.form(form)).collect::<Vec<_>>().join(" or ")
    }

    /// How it is written with these parameters.
    pub fn form(&self, form: &[Parameter]) -> String {
        let mut text = match self.writing {
            Writing::Plain => format!("{}/", self.name),
            Writing::Usual => format!("-/{}/", self.name),
            Writing::Joined => format!("-/{}~", self.name),
        };
        for Parameter { name, required, .. } in form {
            text += &if *required { format!("{{{name}}}/") } else { format!("[{{{name}}}/]") };
        }
        text
    }
}

impl Parameter {
    /// What it is called, unless that is what the operation is called, and may be.
    pub fn describe(&self, operation: &str) -> String {
        if self.name == operation { self.value.to_string() } else { format!("{}: {}", self.name, self.value) }
    }
}

impl Subject {
    pub fn plural(self) -> &'static str {
        match self {
            Subject::Image => "images",
            Subject::Animation => "animated images",
            Subject::Video => "videos",
            Subject::Document => "documents",
        }
    }
}

const fn need(name: &'static str, value: Value) -> Parameter {
    Parameter { name, value, required: true }
}

const fn may(name: &'static str, value: Value) -> Parameter {
    Parameter { name, value, required: false }
}

type Forms = &'static [&'static [Parameter]];

const fn image(name: &'static str, forms: Forms, about: &'static str) -> Operation {
    let (subject, writing, order) = (Subject::Image, Writing::Usual, Order::Anywhere);
    Operation { subject, name, writing, order, makes_picture: false, forms, about }
}

/// One that others need.
const fn picture(name: &'static str, forms: Forms, about: &'static str) -> Operation {
    Operation { makes_picture: true, ..image(name, forms, about) }
}

/// One that needs another that makes the picture.
const fn effect(name: &'static str, forms: Forms, about: &'static str) -> Operation {
    Operation { order: Order::WithPicture, ..image(name, forms, about) }
}

const fn before(name: &'static str, later: &'static str, forms: Forms, about: &'static str) -> Operation {
    Operation { order: Order::Before(later), ..image(name, forms, about) }
}

const fn last(name: &'static str, forms: Forms, about: &'static str) -> Operation {
    Operation { order: Order::Last, ..image(name, forms, about) }
}

const fn of(subject: Subject, name: &'static str, forms: Forms, about: &'static str) -> Operation {
    Operation { subject, ..image(name, forms, about) }
}

const NOTHING: Forms = &[&[]];
const YES_OR_NO: Forms = &[&[need("choice", Word(&["yes", "no"]))]];
const PERCENT_EACH_WAY: Forms = &[&[need("value", Whole(-100, 100))]];
const UP_TO_500: Forms = &[&[need("value", Whole(-100, 500))]];

const IMAGE_QUALITIES: Value =
    Word(&["normal", "better", "best", "lighter", "lightest", "smart", "smart_retina"]);
const VIDEO_QUALITIES: Value = Word(&["normal", "better", "best", "lighter", "lightest"]);

const SMART: Value = Word(&[
    "smart",
    "smart_faces_objects_points",
    "smart_faces_objects",
    "smart_faces_points",
    "smart_objects_faces_points",
    "smart_objects_faces",
    "smart_objects_points",
    "smart_points",
    "smart_objects",
    "smart_faces",
]);

const FILTERS: Value = Word(&[
    "adaris",
    "briaril",
    "calarel",
    "carris",
    "cynarel",
    "cyren",
    "elmet",
    "elonni",
    "enzana",
    "erydark",
    "fenralan",
    "ferand",
    "galen",
    "gavin",
    "gethriel",
    "iorill",
    "iothari",
    "iselva",
    "jadis",
    "lavra",
    "misiara",
    "namala",
    "nerion",
    "nethari",
    "pamaya",
    "sarnar",
    "sedis",
    "sewen",
    "sorahel",
    "sorlen",
    "tarian",
    "thellassan",
    "varriel",
    "varven",
    "vevera",
    "virkas",
    "yedis",
    "yllara",
    "zatvel",
    "zevcen",
]);

const FONTS: Value = Word(&["DejaVu", "DejaVuMono", "DejaVuSerif", "Noto", "NotoMono", "NotoSerif"]);

pub const OPERATIONS: &[Operation] = &[
    picture(
        "preview",
        &[&[], &[need("size", Size)]],
        "Fits the image into the size, by default 2048x2048, keeping its ratio. Never makes it larger.",
    ),
    picture(
        "resize",
        &[&[need("size", Sides)]],
        "Makes the image this large, whatever becomes of its ratio; with one side, keeping it. Whether it may grow is up to `stretch`.",
    ),
    picture(
        "smart_resize",
        &[&[need("size", Size)]],
        "Changes the ratio by taking away or adding what matters least.",
    ),
    picture(
        "scale_crop",
        &[
            &[need("size", Size), may("place", Place)],
            &[need("size", Size), need("type", SMART), may("place", Place)],
        ],
        "Scales the image until it fills the size and cuts off the rest; with a type, around what is found in it. The place is for when nothing is found.",
    ),
    image(
        "crop",
        &[
            &[need("size", CutSize), may("place", Place)],
            &[need("ratio", Ratio), may("place", Place)],
            &[need("tag", Word(&["face", "image"])), may("size", CutSize), may("place", Place)],
            &[need("tag", Word(&["face", "image"])), need("ratio", Ratio), may("place", Place)],
        ],
        "Cuts out a part: of a size, of a ratio, or around a face or what matters in the image.",
    ),
    before(
        "stretch",
        "resize",
        &[&[need("mode", Word(&["on", "off", "fill"]))]],
        "Whether `resize` may make the image larger than it is; `fill` puts a color around it. Default on.",
    ),
    effect(
        "trim",
        &[&[], &[need("tolerance", Length), need("padding", Length)]],
        "Cuts off a border of one color.",
    ),
    effect(
        "border_radius",
        &[&[need("radii", Radii), may("vertical radii", Radii)]],
        "Rounds the corners, in the order of CSS.",
    ),
    image(
        "setfill",
        &[&[need("color", Color)]],
        "The color behind the image where it is transparent or does not reach. Best put first.",
    ),
    effect(
        "zoom_objects",
        &[&[need("amount", Whole(1, 100))]],
        "Zooms to the main object of the image. Best put first.",
    ),
    image(
        "format",
        &[&[need("format", Word(&["jpeg", "png", "webp", "auto", "preserve"]))]],
        "What comes out; `auto`, the default once anything is done to the image, is what the browser likes best.",
    ),
    image(
        "quality",
        &[&[need("quality", IMAGE_QUALITIES)]],
        "How much is lost when the image is compressed.",
    ),
    image("progressive", YES_OR_NO, "Whether a JPEG appears coarse at first. Default no."),
    image(
        "strip_meta",
        &[&[need("what", Word(&["all", "none", "sensitive"]))]],
        "What is taken out of the image's metadata. Default all.",
    ),
    image("inline", YES_OR_NO, "Whether a browser shows the file or saves it. Default: shows images."),
    image("rasterize", NOTHING, "Turns an SVG into pixels, so that everything works on it."),
    effect("autorotate", YES_OR_NO, "Whether the image is turned as its EXIF says. Default yes."),
    effect("rotate", &[&[need("angle", Angle)]], "Turns the image counter-clockwise."),
    effect("flip", NOTHING, "Turns the image upside down."),
    effect("mirror", NOTHING, "Swaps left and right."),
    effect("brightness", PERCENT_EACH_WAY, "Lighter or darker. Default 0."),
    effect(
        "exposure",
        &[&[need("value", Whole(-500, 500))]],
        "As if it had been taken with more or less light. Default 0.",
    ),
    effect(
        "gamma",
        &[&[need("value", Whole(0, 1000))]],
        "Lighter or darker in the middle tones. Default 100.",
    ),
    effect("contrast", UP_TO_500, "More or less contrast. Default 0."),
    effect("saturation", UP_TO_500, "More or less color. Default 0."),
    effect("vibrance", UP_TO_500, "More or less color where there is little. Default 0."),
    effect("warmth", PERCENT_EACH_WAY, "Redder or bluer. Default 0."),
    effect("enhance", &[&[may("strength", Whole(0, 100))]], "Makes the image look better. Default 50."),
    effect("grayscale", NOTHING, "Takes the color out."),
    effect("invert", NOTHING, "Makes a negative."),
    effect(
        "filter",
        &[&[need("name", FILTERS), may("amount", Whole(-100, 200))]],
        "Gives the image a look. Default amount 100.",
    ),
    effect(
        "blur",
        &[
            &[may("strength", Whole(0, 5000))],
            &[need("strength", Whole(0, 5000)), need("amount", Whole(-200, 100))],
        ],
        "Blurs the image, default strength 10; with an amount, sharpens it by an unsharp mask.",
    ),
    effect(
        "blur_region",
        &[
            &[need("size", RelativeSize), need("place", Point), may("strength", Whole(0, 5000))],
            &[need("what", Word(&["faces"])), may("strength", Whole(0, 5000))],
        ],
        "Blurs a rectangle, or all faces.",
    ),
    effect("sharp", &[&[may("strength", Whole(0, 20))]], "Sharpens. Default 5."),
    effect(
        "srgb",
        &[&[need("conversion", Word(&["fast", "icc", "keep_profile"]))]],
        "What becomes of the image's color profile.",
    ),
    effect(
        "max_icc_size",
        &[&[need("kilobytes", Whole(0, i32::MAX))]],
        "The largest color profile that `srgb` keeps. Default 10.",
    ),
    effect(
        "overlay",
        &[
            &[need("image", Picture)],
            &[need("image", Picture), need("size", RelativeSize)],
            &[need("image", Picture), need("size", RelativeSize), need("place", Place)],
            &[
                need("image", Picture),
                need("size", RelativeSize),
                need("place", Place),
                need("opacity", Percent),
            ],
        ],
        "Lays another image, or the image itself, over it.",
    ),
    effect(
        "rect",
        &[&[need("color", Color), need("size", RelativeSize), need("place", Place)]],
        "Lays a rectangle of one color over the image.",
    ),
    before(
        "font",
        "text",
        &[&[
            may("reset", Word(&["reset"])),
            may("weight", Word(&["regular", "bold"])),
            may("style", Word(&["normal", "italic"])),
            may("size", Whole(1, i32::MAX)),
            may("color", Color),
            may("family", FONTS),
        ]],
        "How later texts look. Default: regular, normal, 10, black, DejaVu.",
    ),
    before(
        "text_align",
        "text",
        &[&[
            need("horizontal", Word(&["left", "center", "right"])),
            need("vertical", Word(&["top", "center", "bottom"])),
        ]],
        "Where later texts stand in their boxes.",
    ),
    before(
        "text_box",
        "text",
        &[&[
            need("mode", Word(&["none", "fit", "line", "fill"])),
            may("color", Color),
            may("padding", Whole(0, i32::MAX)),
        ]],
        "What stands behind later texts.",
    ),
    effect(
        "text",
        &[&[need("size", RelativeSize), need("place", Place), need("text", Text)]],
        "Writes over the image. Has to be switched on for the project.",
    ),
    last("main_colors", &[&[may("count", Whole(1, 256))]], "JSON: the colors that the image has most of."),
    last("json", NOTHING, "JSON: what the image is."),
    last("jsonp", NOTHING, "The same as a call of `uploadcare_callback`."),
    Operation {
        writing: Writing::Plain,
        ..last("detect_faces", NOTHING, "JSON: where faces are in the image.")
    },
    Operation {
        writing: Writing::Plain,
        order: Order::First(Some(Subject::Image)),
        ..image(
            "videoframe",
            &[&[need("time", Moment)]],
            "A PNG of a video at that time. Any operations for images may follow.",
        )
    },
    Operation {
        writing: Writing::Plain,
        order: Order::First(None),
        ..image(
            "adaptive_video",
            NOTHING,
            "A video as a stream (HLS): the playlist, with its segments below it. Sign its URL with `wildcard`, so that the token covers them too.",
        )
    },
    Operation {
        writing: Writing::Plain,
        order: Order::First(Some(Subject::Animation)),
        ..image(
            "gif2video",
            NOTHING,
            "Makes a video of an animated image. What may follow stands under \"Animated images\".",
        )
    },
    of(
        Subject::Animation,
        "format",
        &[&[need("format", Word(&["mp4", "webm"]))]],
        "What comes out. Default mp4.",
    ),
    of(
        Subject::Animation,
        "quality",
        &[&[need("quality", VIDEO_QUALITIES)]],
        "How much is lost. Default normal.",
    ),
    of(Subject::Animation, "preview", &[&[], &[need("size", Size)]], "As for images."),
    of(Subject::Animation, "resize", &[&[need("size", Sides)]], "As for images."),
    of(Subject::Animation, "crop", &[&[need("size", CutSize), may("place", Place)]], "As for images."),
    of(Subject::Animation, "scale_crop", &[&[need("size", Size), may("place", Place)]], "As for images."),
    of(
        Subject::Video,
        "size",
        &[&[
            need("size", VideoSize),
            may("mode", Word(&["preserve_ratio", "change_ratio", "scale_crop", "add_padding"])),
        ]],
        "Makes the video this large. Default mode preserve_ratio.",
    ),
    of(
        Subject::Video,
        "quality",
        &[&[need("quality", VIDEO_QUALITIES)]],
        "How much is lost. Default normal.",
    ),
    of(
        Subject::Video,
        "format",
        &[&[need("format", Word(&["mp4", "webm", "ogg"]))]],
        "What comes out. Default mp4.",
    ),
    of(
        Subject::Video,
        "cut",
        &[&[need("start", Start), need("duration", Duration)]],
        "Takes a piece of the video.",
    ),
    Operation {
        writing: Writing::Joined,
        order: Order::Last,
        ..of(
            Subject::Video,
            "thumbs",
            &[&[need("count", Whole(1, 50)), may("from the first frame", Word(&["yes", "1"]))]],
            "How many thumbnails are made. Default 1.",
        )
    },
    of(
        Subject::Document,
        "format",
        &[&[need("format", DocumentFormat)]],
        "What to make of the document; uc_document_info() tells what it can become. Default pdf.",
    ),
    of(
        Subject::Document,
        "page",
        &[&[need("number", Whole(1, i32::MAX))]],
        "Only this page, where images are made.",
    ),
    of(Subject::Document, "dpi", &[&[need("value", Whole(1, i32::MAX))]], "How fine images are."),
    of(Subject::Document, "quality", &[&[need("value", Whole(1, 100))]], "How good images are."),
];
