//! Good and bad forms of every operation, made from the table: one parameter at a time.

use super::table::{OPERATIONS, Operation, Order, Parameter, Subject, Writing};
use super::value::Value;

const UUID: &str = "22240276-2f06-41f8-9411-755c8ce926ed";

/// Operations, and whether they are good.
pub struct Sample {
    pub subject: Subject,
    pub text: String,
    pub is_good: bool,
}

impl Value {
    fn good(&self) -> Vec<String> {
        let texts: &[&str] = match self {
            Value::Word(words) => words,
            Value::Whole(least, i32::MAX) => {
                return vec![least.to_string(), "7".into(), i32::MAX.to_string()];
            }
            Value::Whole(least, most) => return vec![least.to_string(), most.to_string(), "7".into()],
            Value::Size => &["1x1", "640x424", "3000x2"],
            Value::Sides => &["640x424", "640x", "x424"],
            Value::VideoSize => &["640x424", "640x", "x424", "4x4"],
            Value::RelativeSize | Value::CutSize => &["640x424", "50px50p", "200px200p", "100x50%25", "1x1"],
            Value::Ratio => &["1:1", "16:9"],
            Value::Place => &["center", "top", "right", "bottom", "left", "0,0", "10,20", "50p,10%25"],
            Value::Point => &["0,0", "10,20", "50p,50p"],
            Value::Length => &["0", "10", "50p"],
            Value::Radii => &["10", "10,20p", "1,2,3", "1,2,3,50%25"],
            Value::Color => &["fff", "ff00AA", "ff00aa80"],
            Value::Angle => &["0", "90", "270", "-90", "360"],
            Value::Percent => &["0p", "50p", "100p", "100%25"],
            Value::Picture => &["self", UUID],
            Value::Text => &["Hello", "a~~b~sc~nd", "50%25%20off", "%D0%96", "~~", "a-b"],
            Value::Moment => &["00:01:05", "00:01:05.500", "65s", "65.5s"],
            Value::Start => &["000:00:05.000", "00:01:05", "0:0:5.000", "0:0:0.0", "00:00:05.12"],
            Value::Duration => &["end", "15", "1.5", "000:00:15.000", "0:0:1.0"],
            Value::DocumentFormat => &["pdf", "docx", "enhanced.jpg"],
        };
        texts.iter().map(|text| (*text).to_owned()).collect()
    }

    fn bad(&self) -> Vec<String> {
        let texts: &[&str] = match self {
            Value::Word(words) if words.contains(&"1") => &["other", "YES", "2"],
            Value::Word(_) => &["other", "YES", "1"],
            Value::Whole(least, i32::MAX) => {
                return vec![(least - 1).to_string(), "1.5".into(), "+1".into(), "99999999999".into()];
            }
            Value::Whole(least, most) => {
                return vec![(least - 1).to_string(), (most + 1).to_string(), "1.5".into(), "+1".into()];
            }
            Value::Size => {
                &["640", "640x", "x424", "0x10", "-1x5", "640X424", "640x424x1", "50px50p", "16385x1", "x"]
            }
            Value::Sides => &["640", "x", "0x", "axb", "50px", "640x-1", "16385x"],
            Value::VideoSize => &["641x424", "640x422", "x", "640", "0x", "2x"],
            Value::RelativeSize | Value::CutSize => {
                &["640", "640x", "x50p", "0x10", "10x0p", "50%x50%", "px"]
            }
            Value::Ratio => &["16:", ":9", "0:1", "16:9:1", "1.5:1"],
            Value::Place => &["middle", "10", "10,", ",10", "10,20,30", "-5,5", "center,top", "a,b"],
            Value::Point => &["center", "10", "10,", "10,20,30", "-5,5"],
            Value::Length => &["-1", "p", "1.5", "10px", "a"],
            Value::Radii => &["1,2,3,4,5", "1,,2", "a", "-1", "10%"],
            Value::Color => &["#fff", "ff", "ffff", "red", "ggg", "ff00aa8"],
            Value::Angle => &["45", "450", "-450", "90.0", "left"],
            Value::Percent => &["101p", "50", "-1p", "p", "50%"],
            Value::Picture => {
                &["other", "22240276-2f06-41f8-9411-755c8ce926e", "22240276-2f06-41f8-9411-755c8ce926ed~2"]
            }
            Value::Text => &["a~b", "a~", "~x", "a%7Eb", "a%2Fb", "a%00", "a%0Ab", "%FF"],
            Value::Moment => &[
                "5",
                "1:05",
                "0:01:05",
                "00:60:00",
                "00:00:61",
                "00:00:05.12",
                "00:00:05.1234",
                "s",
                "1.55s",
            ],
            Value::Start => &["5", "1:05", "00:60:00", "0000:00:05", "00:00:05.", "00:00:05.1234"],
            Value::Duration => &["start", "1:05", "-5", "00:60:00", "0:0:1.", "0:0:1.0000"],
            Value::DocumentFormat => &["PDF", "a-b", ".pdf"],
        };
        texts.iter().map(|text| (*text).to_owned()).collect()
    }
}

impl Operation {
    /// Written with these parameters.
    fn written(&self, parameters: &[String]) -> String {
        let end: String = parameters.iter().map(|text| format!("{text}/")).collect();
        match self.writing {
            Writing::Usual => format!("-/{}/{end}", self.name),
            Writing::Plain => format!("{}/{end}", self.name),
            Writing::Joined => format!("-/{}~{end}", self.name),
        }
    }

    /// With whatever it needs around it.
    fn in_place(&self, written: &str) -> String {
        match (self.subject, self.order) {
            (Subject::Animation, _) => format!("gif2video/{written}"),
            (_, Order::WithPicture) => format!("-/preview/{written}"),
            (_, Order::Before("resize")) => format!("{written}-/resize/500x/"),
            (_, Order::Before(_)) => format!("-/preview/{written}-/text/90px90p/center/Hello/"),
            _ => written.to_owned(),
        }
    }

    fn sample(&self, parameters: &[String], is_good: bool) -> Sample {
        let subject = if self.subject == Subject::Animation { Subject::Image } else { self.subject };
        Sample { subject, text: self.in_place(&self.written(parameters)), is_good }
    }

    /// Whether another form, or a later parameter, takes what this one does not.
    fn takes_elsewhere(&self, form: &[Parameter], place: usize, text: &str) -> bool {
        let others = self.forms.iter().filter(|other| other.len() > place && !std::ptr::eq(**other, form));
        let optional = !form[place].required;
        others
            .map(|other| &other[place])
            .chain(form[place + 1..].iter().filter(|_| optional))
            .any(|parameter| parameter.value.accepts(text))
    }

    fn samples(&self) -> Vec<Sample> {
        let mut samples = Vec::new();
        for form in self.forms {
            let usual: Vec<_> = form.iter().map(|parameter| parameter.value.good()[0].clone()).collect();
            samples.push(self.sample(&usual, true));
            for (place, parameter) in form.iter().enumerate() {
                let with = |text: String| {
                    let mut parameters = usual.clone();
                    parameters[place] = text;
                    parameters
                };
                samples.extend(
                    parameter.value.good().into_iter().skip(1).map(|text| self.sample(&with(text), true)),
                );
                let bad =
                    parameter.value.bad().into_iter().filter(|text| !self.takes_elsewhere(form, place, text));
                samples.extend(bad.map(|text| self.sample(&with(text), false)));
                let cut = &usual[..place];
                let is_form = self.forms.iter().any(|form| {
                    form.iter().zip(cut).all(|(parameter, text)| parameter.value.accepts(text))
                        && form.len() >= place
                        && form[place..].iter().all(|parameter| !parameter.required)
                });
                samples.push(self.sample(cut, is_form));
            }
            samples.push(self.sample(&[usual, vec!["one".into(), "more".into()]].concat(), false));
        }
        samples
    }
}

/// What a table of operations cannot tell: how they may follow each other, and how they are written.
const OTHERS: &[(&str, bool)] = &[
    ("-/resize/500x/-/format/webp/", true),
    ("-/preview/-/resize/550x/", true),
    ("-/setfill/ffffff/-/stretch/fill/-/resize/500x500/-/quality/smart/", true),
    ("-/crop/face/1:1/center/-/resize/5000x/-/format/jpeg/", true),
    ("-/resize/4000x/-/crop/1000x1000/center/", true),
    ("-/resize/4000x/-/crop/50px50p/", true),
    ("-/resize/4000x/-/crop/face/", true),
    ("-/resize/x4000/-/crop/1:1/", true),
    ("-/crop/4000x4000/-/preview/", true),
    ("-/resize/4000x/-/format/webp/-/format/jpeg/", true),
    ("-/resize/2000x/-/text/4000x4000/0,0/Hello/", true),
    ("-/preview/-/font/bold/20/ff0000/-/text_align/center/top/-/text/90px90p/center/Hello/", true),
    ("-/preview/-/main_colors/5/", true),
    ("-/preview/1000x1000/detect_faces/", true),
    ("gif2video/-/format/webm/-/quality/best/-/resize/200x/", true),
    ("videoframe/5s/-/preview/", true),
    ("videoframe/00:00:05.500/-/resize/640x/-/format/jpeg/-/quality/smart/", true),
    ("videoframe/5s/-/crop/1:1/-/format/png/", true),
    ("videoframe/5s/-/scale_crop/200x200/smart/-/grayscale/", true),
    ("videoframe/5s/-/json/", true),
    ("videoframe/5s/-/preview/-/main_colors/5/", true),
    ("videoframe/5s/detect_faces/", true),
    ("-/stretch/off/", true),
    ("-/resize/500x/-/stretch/off/-/resize/400x/", true),
    ("-/preview/-/font/bold/20/", true),
    ("", true),
    ("-/resize/3001x/", false),
    ("-/resize/5001x/-/format/jpeg/", false),
    ("-/crop/face/4000x100/", false),
    ("-/resize/4000x/-/format/jpeg/-/format/webp/", false),
    ("-/grayscale/", false),
    ("-/crop/10x10/-/flip/", false),
    ("-/resize/500x/-/stretch/off/", false),
    ("-/preview/-/text/90px90p/center/Hello/-/font/20/", false),
    ("-/main_colors/-/preview/", false),
    ("-/json/-/resize/500x/", false),
    ("detect_faces/-/preview/", false),
    ("videoframe/5s/-/grayscale/", false),
    ("videoframe/5s/-/resize/3001x/", false),
    ("videoframe/5s/-/json/-/preview/", false),
    ("videoframe/5s/gif2video/", false),
    ("videoframe/5s/videoframe/6s/", false),
    ("videoframe/5s/adaptive_video/", false),
    ("videoframe/5s/-/size/640x360/", false),
    ("-/preview/videoframe/5s/", false),
    ("adaptive_video/-/preview/", false),
    ("adaptive_video/-/json/", false),
    ("-/preview/adaptive_video/", false),
    ("-/adaptive_video/", false),
    ("-/preview/gif2video/", false),
    ("gif2video/-/grayscale/", false),
    ("gif2video/-/format/jpeg/", false),
    ("-/gif2video/", false),
    ("-/size/640x360/", false),
    ("-/thumbs~2/", false),
    ("-/rezise/500x/", false),
    ("-/resize/500x", false),
    ("rezise/500x/", false),
    ("/-/resize/500x/", false),
    ("-/", false),
    ("-/-/", false),
    ("-//", false),
    ("-/resize//500x/", false),
    ("-/resize/500x/-/", false),
    ("-/resize/500x/../", false),
    ("-/resize/%2e%2E/", false),
    ("-/resize/500x/?a=b/", false),
    ("-/resize/500x/#a/", false),
    ("-/resize/500 x/", false),
    ("-/preview/-/text/90px90p/center/a b/", false),
    ("-/preview/-/text/90px90p/center/50%/", false),
    ("-/preview/-/text/90px90p/center/\u{416}/", false),
    ("-/resize/500x\\-/flip/", false),
];

const OTHERS_OF_VIDEOS: &[(&str, bool)] = &[
    ("-/size/640x360/change_ratio/-/quality/best/-/format/webm/-/cut/000:00:05.000/end/-/thumbs~5/", true),
    ("-/size/600x400/change_ratio/-/format/ogg/-/cut/0:0:0.0/0:0:1.0/-/thumbs~2/1/", true),
    ("-/thumbs~2/-/format/webm/", false),
    ("-/thumbs/2/", false),
    ("-/resize/640x/", false),
];

pub fn samples() -> Vec<Sample> {
    let other = |subject| {
        move |(text, is_good): &(&str, bool)| Sample { subject, text: (*text).into(), is_good: *is_good }
    };
    OPERATIONS
        .iter()
        .flat_map(Operation::samples)
        .chain(OTHERS.iter().map(other(Subject::Image)))
        .chain(OTHERS_OF_VIDEOS.iter().map(other(Subject::Video)))
        .collect()
}
