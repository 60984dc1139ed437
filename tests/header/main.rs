//! `include/uploadcare.h`: what cbindgen makes of `src/ffi`, arranged in sections. `make header`
//! rewrites it.

mod compiles;
mod items;
#[path = "../library/mod.rs"]
mod library;
mod order;
mod print;
mod sections;
mod sources;
mod wrap;

use std::env;
use std::fs;
use std::path::PathBuf;
use std::sync::LazyLock;

use items::{Item, Kind};
use library::root;
use sections::SECTIONS;

fn file() -> PathBuf {
    root().join("include/uploadcare.h")
}

/// What the header is made of.
struct Parts {
    /// The text at its top.
    intro: String,
    /// Its macros.
    preamble: String,
    /// What cbindgen makes of the crate.
    items: Vec<Item>,
}

impl Parts {
    fn read() -> Self {
        let mut config = cbindgen::Config::from_file(root().join("cbindgen.toml")).expect("cbindgen.toml");
        let intro = config.header.take().expect("the header's text");
        let preamble = config.after_includes.take().expect("the header's macros");
        let bindings =
            cbindgen::generate_with_config(root(), config).expect("the crate as cbindgen reads it");
        let mut made = Vec::new();
        bindings.write(&mut made);
        let made = String::from_utf8(made).expect("UTF-8");
        let items = items::read(&made).unwrap_or_else(|error| panic!("cbindgen's output: {error}"));
        Self { intro, preamble, items }
    }

    /// cbindgen takes its time.
    fn once() -> &'static Self {
        static PARTS: LazyLock<Parts> = LazyLock::new(Parts::read);
        &PARTS
    }

    fn header(&self) -> String {
        let sources = sources::read(&root().join("src/ffi"));
        order::order(&self.items, SECTIONS, &sources)
            .and_then(|order| print::print(&order, SECTIONS, &self.intro, &self.preamble))
            .unwrap_or_else(|error| panic!("{error}"))
    }
}

#[test]
fn include_uploadcare_h_is_up_to_date() {
    let made = Parts::once().header();
    if env::var_os("UPDATE").is_some() {
        fs::write(file(), made).expect("include/uploadcare.h is written");
        return;
    }
    let committed = fs::read_to_string(file()).unwrap_or_default();
    let differs = made.lines().zip(committed.lines()).find(|(made, committed)| made != committed);
    assert!(
        made == committed,
        "include/uploadcare.h is stale: run `make header`\nfirst difference (made, committed): {differs:?}"
    );
}

#[test]
fn no_line_is_over_100_columns() {
    let header = Parts::once().header();
    let long: Vec<_> = header.lines().filter(|line| line.chars().count() > wrap::WIDTH).collect();
    assert!(
        long.is_empty(),
        "over {} columns; prose is wrapped, but what is indented by four spaces or more stays as it is in src/ffi:\n{}",
        wrap::WIDTH,
        long.join("\n")
    );
}

/// Each item of src/ffi is in the table of contents once, and declared below.
#[test]
fn everything_is_in_one_section_and_in_the_contents() {
    let Parts { preamble, items, .. } = Parts::once();
    let header = Parts::once().header();
    let (top, declarations) = header.split_once("#ifndef UPLOADCARE_H").expect("the include guard");
    let (_, contents) = top.split_once("\n// Contents\n").expect("the table of contents");
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '(' && c != ')');
        words.filter(|word| word.starts_with("uc_") || word.starts_with("UC_")).map(str::to_owned).collect()
    };
    let listed = words(contents);
    let macros = print::macros(preamble);
    assert_eq!(listed.len(), items.len() + macros.len(), "in the table of contents: {listed:?}");
    for Item { name, kind, .. } in items {
        let (shown, begins) = match kind {
            Kind::Function(_) => (format!("{name}()"), vec![format!("UC_CALL {name}(")]),
            Kind::Callback(_) => (name.clone(), vec![format!("UC_CALL *{name})(")]),
            Kind::Enum(_) => (name.clone(), vec![format!("UC_ENUM({name})\n")]),
            Kind::Constant(_) => (name.clone(), vec![format!("#define {name} ")]),
            Kind::Opaque => {
                (name.clone(), vec![format!("\nstruct {name};"), format!(" struct {name} {name};")])
            }
            Kind::Struct(_) => (name.clone(), vec![format!("struct {name} {{\n")]),
        };
        assert_eq!(listed.iter().filter(|listed| **listed == shown).count(), 1, "{name} in the contents");
        let found: usize = begins.iter().map(|begin| declarations.matches(begin.as_str()).count()).sum();
        assert!(found > 0, "{name} is declared nowhere");
    }
}

#[test]
fn each_run_makes_the_same_header() {
    assert!(Parts::read().header() == Parts::once().header());
}
