//! Which section of the header has what.

/// A part of the header. An item is in the section that names it, else in that of its file in
/// `src/ffi`: so a new function or struct needs no line here, and a new file needs one.
pub struct Section {
    pub title: &'static str,
    /// What it is for, in a sentence or two below its title.
    pub about: &'static str,
    /// Files of src/ffi, `url_sign.rs`, and names of items or their beginnings, `uc_status*`, in the
    /// order in which the section has them.
    pub takes: &'static [&'static str],
}

/// In the order in which a newcomer meets them.
pub const SECTIONS: &[Section] = &[
    Section {
        title: "Statuses and choices",
        about: "What calls return, and what options and results are made of.",
        takes: &["uc_status*", "uc_choice", "pair.rs", "arguments.rs"],
    },
    Section {
        title: "Errors",
        about: "What the last argument of every call that can fail receives.",
        takes: &["uc_error*", "error.rs"],
    },
    Section { title: "Memory", about: "One function frees everything.", takes: &["uc_free"] },
    Section {
        title: "Clients",
        about: "A client is what nearly every function is given first.",
        takes: &["uc_client", "uc_auth", "callbacks.rs", "client.rs"],
    },
    Section {
        title: "Groups",
        about: "Fixed lists of files under one id.",
        takes: &["groups.rs", "uc_group_clone"],
    },
    Section {
        title: "Pages",
        about: "What the listings of groups and files make: one page at a time.",
        takes: &["page.rs"],
    },
    Section {
        title: "Files",
        about: "One file, all files, and many files at once.",
        takes: &["file.rs", "findings.rs", "files.rs", "batch.rs", "copies.rs", "uc_file_clone"],
    },
    Section {
        title: "Metadata and tags of files",
        about: "What an application keeps with a file.",
        takes: &["metadata.rs", "tags.rs"],
    },
    Section {
        title: "Uploads",
        about: "From a file, from memory, from a callback, from a URL; and what allows them.",
        takes: &["uploads.rs", "permission.rs"],
    },
    Section {
        title: "URLs",
        about: "Where the CDN delivers a file, and what it makes of it on the way. Nothing here is sent.",
        takes: &["url.rs", "ops.rs", "url_sign.rs", "url_parts.rs"],
    },
    Section { title: "Jobs", about: "Work that the service does in the background.", takes: &["jobs.rs"] },
    Section {
        title: "Conversions and add-ons",
        about: "Each is a job.",
        takes: &["uc_video_path", "uc_document_path", "conversions.rs", "addons.rs"],
    },
    Section {
        title: "Webhooks",
        about: "The service notifies a URL of yours of events.",
        takes: &["webhooks.rs", "webhook_event.rs"],
    },
    Section { title: "The project", about: "What the keys of a client belong to.", takes: &["project.rs"] },
    Section {
        title: "JSON and other requests",
        about: "For what has no struct or no function here.",
        takes: &["uc_json_*", "json.rs", "request.rs"],
    },
    Section { title: "The library", about: "Its version.", takes: &["uc_version*", "library.rs"] },
];

/// The section of an item and its place in there. `file` is the file that defines it.
pub fn place(sections: &[Section], name: &str, file: &str) -> Result<(usize, usize), String> {
    let names = |entry: &str| match entry.strip_suffix('*') {
        Some(beginning) => name.starts_with(beginning),
        None => name == entry,
    };
    for taken in [&names as &dyn Fn(&str) -> bool, &|entry: &str| entry == file] {
        let mut places = Vec::new();
        for (section, Section { takes, .. }) in sections.iter().enumerate() {
            places.extend(takes.iter().position(|entry| taken(entry)).map(|place| (section, place)));
        }
        match places[..] {
            [] => {}
            [place] => return Ok(place),
            [(first, _), (second, _), ..] => {
                return Err(format!(
                    "{name} is in two sections of the header, \"{}\" and \"{}\": see tests/header/sections.rs",
                    sections[first].title, sections[second].title
                ));
            }
        }
    }
    Err(format!(
        "{name} is in no section of the header: name src/ffi/{file} in a section of tests/header/sections.rs"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TWO: &[Section] = &[
        Section { title: "One", about: "", takes: &["one.rs", "uc_both*"] },
        Section { title: "Two", about: "", takes: &["uc_two", "two.rs", "uc_both_and"] },
    ];

    #[test]
    fn a_name_goes_before_its_file() {
        assert_eq!(place(TWO, "uc_one", "one.rs"), Ok((0, 0)));
        assert_eq!(place(TWO, "uc_two", "one.rs"), Ok((1, 0)));
        assert_eq!(place(TWO, "uc_two_more", "one.rs"), Ok((0, 0)));
        assert_eq!(place(TWO, "uc_both", "two.rs"), Ok((0, 1)));
    }

    #[test]
    fn what_has_no_section_or_two_is_named() {
        let error = place(TWO, "uc_new", "three.rs").unwrap_err();
        assert!(error.contains("uc_new is in no section") && error.contains("src/ffi/three.rs"), "{error}");
        let error = place(TWO, "uc_both_and", "one.rs").unwrap_err();
        assert!(error.contains("uc_both_and is in two sections") && error.contains("\"Two\""), "{error}");
    }

    #[test]
    fn a_file_is_in_one_section() {
        let mut files: Vec<_> = SECTIONS.iter().flat_map(|section| section.takes).collect();
        let all = files.len();
        files.sort();
        files.dedup();
        assert_eq!(files.len(), all, "twice in SECTIONS: {files:?}");
    }
}
